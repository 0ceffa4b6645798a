import type { Answerer, By, Ended, LineOutcome } from '../gen';
import { plain } from './visible';

/** How what an entry is about ended; the last three are said of the operator's own answers. */
export const OUTCOME_WORDS: Record<LineOutcome, string> = {
  approved: 'approved',
  denied: 'denied',
  answered: 'answered',
  cancelled: 'cancelled',
  expired: 'expired',
  failed: 'failed',
  vanished: 'vanished',
  lost: 'lost: another was first',
  unknown: 'unknown whether it arrived',
  discarded: 'given up',
};

/** How it ended, and by whom, where there is little room. */
export function endedWords({ outcome, by }: Ended): string {
  switch (outcome) {
    case 'approved':
    case 'denied':
    case 'answered':
    case 'cancelled':
      return `${outcome}${byWords(by)}`;
    case 'lost':
      return by === 'Us' || by === 'Nobody' ? 'lost' : `lost to ${plain(by.Other)}`;
    case 'expired':
    case 'failed':
    case 'vanished':
      return outcome;
    case 'unknown':
      return 'never confirmed';
    case 'discarded':
      return 'given up';
  }
}

function byWords(by: By): string {
  if (by === 'Us') return ' by you';
  return by === 'Nobody' ? '' : ` by ${plain(by.Other)}`;
}

/** Who is looked for, as the value of a choice: a name is told from the words by its colon. */
export function answererValue(by: Answerer | null): string {
  if (by === null) return '';
  if (by === 'Us' || by === 'Nobody') return by;
  return by.Other === null ? 'Other' : `Other:${by.Other}`;
}

export function answererOf(value: string): Answerer | null {
  if (value === '') return null;
  if (value === 'Us' || value === 'Nobody') return value;
  return { Other: value.startsWith('Other:') ? value.slice('Other:'.length) : null };
}

/** Whether who ended it is who is looked for. */
export function isBy(wanted: Answerer, by: By): boolean {
  if (wanted === 'Us' || wanted === 'Nobody') return by === wanted;
  return by !== 'Us' && by !== 'Nobody' && (wanted.Other === null || wanted.Other === by.Other);
}
