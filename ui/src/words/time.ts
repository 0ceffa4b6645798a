import type { Millis } from '../gen';
import { spaced } from './visible';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is left until a deadline: `4:12`, `1:02:03`, `2 d 3 h`; `0:00` when it has passed. */
export function countdown(left: number): string {
  // Rounded up, so that 0:00 is never shown before the deadline.
  const seconds = Math.max(0, Math.ceil(left / SECOND));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

/** The same for somebody who listens: `4 minutes 12 seconds`. */
export function spoken(left: number): string {
  const seconds = Math.max(0, Math.ceil(left / SECOND));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ];
  const said = parts.filter(([n]) => n > 0).slice(0, 2);
  if (said.length === 0) return 'no time';
  return said.map(([n, word]) => `${n} ${word}${n === 1 ? '' : 's'}`).join(' ');
}

/** How long something has taken: `4:12`; counts up at whole seconds. */
export function elapsed(since: Millis, until: Millis): string {
  return countdown(Math.floor(Math.max(0, until - since) / SECOND) * SECOND);
}

/** How long ago something was: `now`, `2 min`, `1 h`, `3 d`. */
export function age(since: Millis, now: Millis): string {
  const past = now - since;
  if (past < MINUTE) return 'now';
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min`;
  if (past < DAY) return `${Math.floor(past / HOUR)} h`;
  return `${Math.floor(past / DAY)} d`;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const both = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** The exact time, for those who look closer. */
export function exact(at: Millis): string {
  return isTime(at) ? spaced(both.format(at)) : 'no time a calendar knows';
}

/** The time of day where it was today, the day otherwise. */
export function moment(at: Millis, now: Millis): string {
  if (!isTime(at)) return '–';
  return day.format(at) === day.format(now) ? clock.format(at) : day.format(at);
}

/** A server may say any number. */
function isTime(at: Millis): boolean {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15;
}
