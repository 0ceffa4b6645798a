export const shortcut = {
  title: 'Next that waits, from anywhere',
  about: 'These keys bring what waits next on screen, whatever program has the keyboard.',
  press: 'Press the keys…',
  off: 'Off',
  switchOff: 'Switch off',
};
