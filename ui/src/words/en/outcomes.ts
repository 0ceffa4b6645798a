import type { LineOutcome } from '../../gen';
import { number } from '../numbers';

/** How something ended, where there is little room. */
export const outcomes = {
  words: {
    approved: 'approved',
    denied: 'denied',
    answered: 'answered',
    cancelled: 'cancelled',
    expired: 'expired',
    failed: 'failed',
    vanished: 'vanished',
    lost: 'lost',
    unknown: 'never confirmed',
    discarded: 'given up',
  } satisfies Record<LineOutcome, string>,
  by: {
    you: (outcome: string) => `${outcome} by you`,
    other: (outcome: string, who: string) => `${outcome} by ${who}`,
  },
  lostTo: (who: string) => `lost to ${who}`,
  settled: 'settled',
  counted: {
    approved: (n: number) => `${number(n)} approved`,
    denied: (n: number) => `${number(n)} denied`,
    answered: (n: number) => `${number(n)} answered`,
    cancelled: (n: number) => `${number(n)} cancelled`,
    failed: (n: number) => `${number(n)} failed`,
  },
};
