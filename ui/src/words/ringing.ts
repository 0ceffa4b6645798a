import type { AskKind, Day, Millis, Ringing, Settings, TestRow } from '../gen';
import { say } from './say';
import { spaced } from './visible';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** When a day begins for somebody who put something off until then, in minutes after midnight. */
const MORNING = 9 * 60;

export const DAYS: readonly Day[] = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
];

export const KINDS: readonly AskKind[] = ['approval', 'question', 'form', 'unknown'];

/** How notifications ring before anything is set. */
const RINGING: Ringing = {
  sound: true,
  private: false,
  breakthrough: true,
  quiet: [],
  mutedUntil: null,
  sources: {},
  kinds: {},
};

export const SETTINGS: Settings = {
  undoMs: 5000,
  notifications: true,
  ringing: RINGING,
  singleKeys: true,
  keys: {},
  keepRunning: true,
  shortcut: 'Ctrl+Alt+KeyB',
};

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

/** `22:00`, as the locale writes it, from the minutes after midnight. */
export function timeOfDay(minutes: number): string {
  // A day without a change of the clocks.
  return spaced(clock.format(new Date(2000, 0, 1, 0, minutes)));
}

/** A time to come: `14:30` today, with its day on any other. */
export function later(at: Millis, now: Millis): string {
  const [day, today] = [new Date(at), new Date(now)];
  const time = timeOfDay(day.getHours() * 60 + day.getMinutes());
  if (day.toDateString() === today.toDateString()) return time;
  return say.times.dayAndTime(spaced(weekday.format(day)), time);
}

export interface Pause {
  id: string;
  label: string;
  until: Millis;
}

/** For how long something may be put off. By the clock on the wall: tomorrow is not always a day away. */
export function pauses(now: Millis): Pause[] {
  const words = say.ringing.pauses;
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(0, MORNING, 0, 0);
  return [
    { id: '15m', label: words.quarter, until: now + 15 * MINUTE },
    { id: '1h', label: words.hour, until: now + HOUR },
    { id: '4h', label: words.hours, until: now + 4 * HOUR },
    { id: 'tomorrow', label: words.tomorrow(timeOfDay(MORNING)), until: tomorrow.getTime() },
  ];
}

/** What became of one of them. */
export function fateWords(row: TestRow): string {
  switch (row.fate) {
    case 'notOffered':
    case 'sent':
    case 'opened':
    case 'dismissed':
      return say.selfTest[row.fate];
    case 'pressed':
      return say.selfTest.pressed(row.label);
    case 'replied':
      return say.selfTest.replied(row.text);
    case 'failed':
      return say.selfTest.failed(row.why);
  }
}
