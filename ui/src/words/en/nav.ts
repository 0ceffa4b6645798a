export const nav = {
  screens: 'Screens',
  waiting: 'waiting',
  refused: 'refused',
  links: 'Links',
  unknown: 'not known',
};
