import { number } from '../numbers';
import { plural } from './plural';
import { counts } from './counts';

export const storage = {
  clearTitle: 'Clear the history?',
  age: 'Age',
  anyAge: 'Of any age',
  olderThan: (days: number) => plural(days, { one: 'Older than # day', other: 'Older than # days' }),
  wouldGo: (lines: number) =>
    plural(lines, { one: '# line would go for good.', other: '# lines would go for good.' }),
  clearLines: (lines: number) => `Clear ${counts.lines(lines)}`,
  excess: (lines: number) => `About ${counts.lines(lines)} more than that: being removed.`,
  wouldGoAtOnce: (lines: number) => `About ${counts.lines(lines)} would go at once, the oldest first.`,
  takes: (size: string) =>
    `The history takes ${size} on this disk. All of it is kept, until you say otherwise.`,
  takesByRules: (size: string) =>
    `The history takes ${size} on this disk. What your rules below do not keep is removed as it grows.`,
  parts: {
    text: 'What the lines say',
    frames: 'Frames, as they came',
    rest: 'Everything else in the database',
    free: 'Free in the database',
    log: 'Log of the database',
    index: 'Search index',
  },
  rule: {
    allSources: 'all sources',
    allKinds: 'Everything but receipts',
    whole: (what: string, source: string, most: string) => `${what} of ${source}: at most ${most}`,
  },
  tidying: (done: number) => `Removing what your rules do not keep: ${counts.lines(done)} so far`,
  clearing: (done: number, total: number) => `Clearing: ${number(done)} of ${counts.lines(total)}`,
  compacting: (done: string, total: string) => `Compacting: ${done} of ${total} given back`,
  indexTrouble: (why: string) =>
    `The search index cannot be written (${why}). It is tried again; searches look through the lines instead, and take longer.`,
  indexBehind: (lines: number) =>
    `The search index is ${counts.lines(lines)} behind. Searches find those too, if not as fast.`,
  removed: {
    both: (lines: number, day: string) =>
      `${counts.olderLines(lines)} removed by your rules and by hand, last on ${day}.`,
    rules: (lines: number, day: string) =>
      `${counts.olderLines(lines)} removed by your rules, last on ${day}.`,
    hand: (lines: number, day: string) => `${counts.olderLines(lines)} removed by hand, last on ${day}.`,
  },
  counting: 'Counting…',
  clearAdvice:
    'Lines of what still waits stay, and so do receipts unless you choose them. What a server still tells comes back when Deskbell connects to it again.',
  clear: 'Clear',
  allKinds: 'All kinds but receipts',
  days: 'Days',
  lines: 'Lines',
  megabytes: 'Megabytes',
  kept: 'What is kept',
  allKept: 'Everything: nothing is removed by itself.',
  noExcess: 'Nothing is more than that.',
  dropRule: (rule: string) => `Drop the rule: ${rule}`,
  drop: 'Drop',
  wrongNumber: 'A whole number, more than 0',
  noneAtOnce: 'Nothing goes now.',
  linesStay: 'Lines of what still waits stay, and so do receipts unless you choose them.',
  keep: 'Keep no more than this',
  addRule: 'Add a rule…',
  looking: 'Looking where the bytes are…',
  trouble: 'That came to nothing',
  troubleAbout: (why: string) => `${why}. What was there still is; try again.`,
  madeOf: 'What it is made of',
  part: 'Part',
  size: 'Size',
  bySource: 'Lines and their frames, by source',
  byKind: 'Lines and their frames, by kind',
  clearAsk: 'Clear…',
  compact: 'Compact',
  remake: 'Rebuild the search index',
};
