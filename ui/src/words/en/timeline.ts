import { counts } from './counts';

export const timeline = {
  bar: (time: string, entries: number) => `${time}: ${counts.entries(entries)}`,
  found: (time: string, entries: number) => `${time}: ${counts.found(entries)}`,
  foundOrMore: (time: string, entries: number) => `${time}: ${counts.found(entries)}, older ones not counted`,
  uncounted: (time: string) => `${time}: not counted`,
  countedFrom: (time: string) => `Counted back to ${time}; more may be found before.`,
  failed: (why: string) => `How much happened when could not be counted: ${why}`,
  about: 'How much happened when. Arrow keys go along, with Shift over a time; Enter looks at it.',
};
