import type { Millis, TimeRange } from '../gen';

/** From then on, and before then; open where nothing is given. */
export interface Limits {
  since: Millis | null;
  until: Millis | null;
}

/** Which time the operator looks at: what is named moves on with the days. */
export type Range = TimeRange;

export const ANY: Range = { is: 'any' };

/** A range as it is now, by the operator's calendar. */
export function limitsOf(range: Range, now: Millis): Limits {
  // Days are not all of one length: the calendar says where each begins.
  const today = new Date(now);
  const dayAgo = (ago: number): Millis =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - ago).getTime();
  switch (range.is) {
    case 'any':
      return { since: null, until: null };
    case 'today':
      return { since: dayAgo(0), until: dayAgo(-1) };
    case 'yesterday':
      return { since: dayAgo(1), until: dayAgo(0) };
    case 'week':
      return { since: dayAgo(6), until: dayAgo(-1) };
    case 'month':
      return { since: dayAgo(29), until: dayAgo(-1) };
    case 'between':
      return { since: range.since, until: range.until };
  }
}

export function within(at: Millis, { since, until }: Limits): boolean {
  return (since === null || at >= since) && (until === null || at < until);
}

/** The day in which a time lies, as a date field has it: `2026-11-17`. */
export function dayOf(at: Millis): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** When a day, as a date field has it, begins, or the one so many days later; nothing where it is no day. */
export function beginOf(day: string, later = 0): Millis | null {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + later);
  const at = date.getTime();
  return Number.isNaN(at) ? null : at;
}
