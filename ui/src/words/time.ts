import type { Millis } from '../gen';
import { number } from './numbers';
import { say } from './say';
import { spaced } from './visible';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** What is further away than this is known by its day, not by how many days it is away. */
const FAR = 7 * DAY;

/** What is left until a deadline: `4:12`, `1:02:03`, `2 d 3 h`; `0:00` when it has passed. */
export function countdown(left: number): string {
  // Rounded up, so that 0:00 is never shown before the deadline.
  const seconds = Math.max(0, Math.ceil(left / SECOND));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  if (hours >= 24) return say.times.daysAndHours(Math.floor(hours / 24), hours % 24);
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

/** The same for somebody who listens: `4 minutes 12 seconds`. */
export function spoken(left: number): string {
  const seconds = Math.max(0, Math.ceil(left / SECOND));
  const { none, ...units } = say.times.spoken;
  const parts: [number, (n: number) => string][] = [
    [Math.floor(seconds / 86_400), units.days],
    [Math.floor(seconds / 3600) % 24, units.hours],
    [Math.floor(seconds / 60) % 60, units.minutes],
    [seconds % 60, units.seconds],
  ];
  const said = parts.filter(([n]) => n > 0).slice(0, 2);
  return said.length === 0 ? none : said.map(([n, unit]) => unit(n)).join(' ');
}

/** How long something has taken: `4:12`; counts up at whole seconds. */
export function elapsed(since: Millis, until: Millis): string {
  return countdown(Math.floor(Math.max(0, until - since) / SECOND) * SECOND);
}

/** How long it is between two times, by its largest part: `2 min`, `1 h`, `3 d`. Null below a minute. */
export function span(since: Millis, until: Millis): string | null {
  const long = until - since;
  if (long < MINUTE) return null;
  if (long < HOUR) return say.times.minutes(number(Math.floor(long / MINUTE)));
  if (long < DAY) return say.times.hours(number(Math.floor(long / HOUR)));
  return say.times.days(number(Math.floor(long / DAY)));
}

/** A time as it is told from now: `now`, `3 min ago`, `in 2 h`; its day where that is a week away or more. */
export function relative(at: Millis, now: Millis): string {
  if (!isTime(at)) return '–';
  if (Math.abs(now - at) >= FAR) return spaced(day.format(at));
  const [past, ahead] = [span(at, now), span(now, at)];
  if (past !== null) return say.times.ago(past);
  return ahead === null ? say.times.now : say.times.in(ahead);
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const both = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** The exact time, for those who look closer. */
export function exact(at: Millis): string {
  return isTime(at) ? spaced(both.format(at)) : say.times.unknown;
}

/** The exact time, for machines. */
export function machine(at: Millis): string | undefined {
  return isTime(at) ? new Date(at).toISOString() : undefined;
}

/** The time of day where it was today, the day otherwise. */
export function moment(at: Millis, now: Millis): string {
  if (!isTime(at)) return '–';
  return spaced(day.format(at) === day.format(now) ? clock.format(at) : day.format(at));
}

/** A server may say any number. */
function isTime(at: Millis): boolean {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15;
}
