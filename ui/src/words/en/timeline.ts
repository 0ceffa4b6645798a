import { counts } from './counts';

export const timeline = {
  bar: (time: string, entries: number) => `${time}: ${counts.entries(entries)}`,
  failed: (why: string) => `How much happened when could not be counted: ${why}`,
  about: 'How much happened when. Arrow keys go along, with Shift over a time; Enter looks at it.',
  wide: 'The strip has all entries, not only those that were found.',
};
