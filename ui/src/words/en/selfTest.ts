import type { TestKind } from '../../gen';

export const selfTest = {
  buttons: 'buttons',
  kinds: {
    plain: 'A notification',
    urgent: 'An urgent one',
    buttons: 'One with buttons',
    reply: 'One with a field to answer in',
  } satisfies Record<TestKind, string>,
  notOffered: 'This desktop does not offer it.',
  sent: 'Sent. Nothing was heard of it yet.',
  opened: 'You clicked it.',
  pressed: (label: string) => `You pressed “${label}”.`,
  replied: (text: string) => `You wrote “${text}”.`,
  dismissed: 'It was closed.',
  failed: (why: string) => `It could not be shown: ${why}`,
  reply: 'a field to answer in',
  shownBy: 'Shown by',
  unknown: 'the desktop; it does not say what it is',
  offers: 'Offers',
  clickOnly: 'a click only',
  itsWords: 'In its words',
  none: 'Nobody raises notifications here: this engine runs without a desktop.',
  try: 'Try notifications',
  about: 'Shows one of each kind that this desktop offers. Press them: what arrives here is said below.',
  tried: (time: string) => `Tried ${time}`,
};
