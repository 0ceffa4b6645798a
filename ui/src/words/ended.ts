import type { Answerer, By, Ended } from '../gen';
import { say } from './say';
import { plain } from './visible';

/** How it ended, and by whom, where there is little room. */
export function endedWords({ outcome, by }: Ended): string {
  const { words } = say.outcomes;
  switch (outcome) {
    case 'approved':
    case 'denied':
    case 'answered':
    case 'cancelled':
      if (by === 'Nobody') return words[outcome];
      return by === 'Us'
        ? say.outcomes.by.you(words[outcome])
        : say.outcomes.by.other(words[outcome], plain(by.Other));
    case 'lost':
      return by === 'Us' || by === 'Nobody' ? words.lost : say.outcomes.lostTo(plain(by.Other));
    case 'expired':
    case 'failed':
    case 'vanished':
    case 'unknown':
    case 'discarded':
      return words[outcome];
  }
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
