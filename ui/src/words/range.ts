import type { Limits } from '../state/range';
import { say } from './say';
import { spaced } from './visible';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const minute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** What lies between two limits; whole days by their names, anything else to the minute. */
export function limitsWords({ since, until }: Limits): string {
  if (since !== null && until !== null && since >= until) return say.history.noTime;
  const whole = [since, until].every((at) => at === null || isMidnight(at));
  const format = whole ? day : minute;
  // A day that is looked at to its end is named itself, not the one after it.
  const last = until === null ? null : whole ? until - 1 : until;
  if (since !== null && last !== null) return spaced(format.formatRange(since, last));
  if (since !== null) return say.history.since(spaced(format.format(since)));
  if (last === null) return say.history.ranges.any;
  const end = spaced(format.format(last));
  return whole ? say.history.upTo(end) : say.history.before(end);
}

const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** How much happened in the last day, and in which hour the most. */
export function lastDayWords(bars: readonly { since: number; until: number; count: number }[]): string {
  const sum = bars.reduce((total, bar) => total + bar.count, 0);
  if (sum === 0) return say.history.lastDay.nothing;
  const most = bars.reduce((best, bar) => (bar.count > best.count ? bar : best));
  const when = spaced(hour.formatRange(most.since, most.until));
  return say.history.lastDay.busiest(sum, when);
}

function isMidnight(at: number): boolean {
  const date = new Date(at);
  return date.getHours() === 0 && date.getMinutes() === 0;
}
