import type { AskKind, Day, Level, Millis, Ringing, Settings, TestKind, TestRow } from '../gen';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

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

export function kindsWord(kind: AskKind): string {
  switch (kind) {
    case 'approval':
      return 'Approvals';
    case 'question':
      return 'Questions';
    case 'form':
      return 'Forms';
    case 'unknown':
      return 'Unknown kinds';
  }
}

export const LEVELS: readonly { value: Level; label: string }[] = [
  { value: 'silent', label: 'Silent: in the inbox only' },
  { value: 'normal', label: 'Normal' },
  { value: 'urgent', label: 'Urgent' },
];

/** `22:00`, from the minutes after midnight. */
export function timeOfDay(minutes: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** A time to come: `14:30` today, with its day on any other. */
export function later(at: Millis, now: Millis): string {
  const [day, today] = [new Date(at), new Date(now)];
  const time = timeOfDay(day.getHours() * 60 + day.getMinutes());
  if (day.toDateString() === today.toDateString()) return time;
  return `${day.toLocaleDateString(undefined, { weekday: 'short', day: 'numeric', month: 'short' })}, ${time}`;
}

export interface Pause {
  id: string;
  label: string;
  until: Millis;
}

/** For how long something may be put off. By the clock on the wall: tomorrow is not always a day away. */
export function pauses(now: Millis): Pause[] {
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(9, 0, 0, 0);
  return [
    { id: '15m', label: '15 minutes', until: now + 15 * MINUTE },
    { id: '1h', label: '1 hour', until: now + HOUR },
    { id: '4h', label: '4 hours', until: now + 4 * HOUR },
    { id: 'tomorrow', label: 'Until tomorrow, 09:00', until: tomorrow.getTime() },
  ];
}

/** What each notification of the self-test is. */
export function testWords(kind: TestKind): string {
  switch (kind) {
    case 'plain':
      return 'A notification';
    case 'urgent':
      return 'An urgent one';
    case 'buttons':
      return 'One with buttons';
    case 'reply':
      return 'One with a field to answer in';
  }
}

/** What became of one of them. */
export function fateWords(row: TestRow): string {
  switch (row.fate) {
    case 'notOffered':
      return 'This desktop does not offer it.';
    case 'sent':
      return 'Sent. Nothing was heard of it yet.';
    case 'opened':
      return 'You clicked it.';
    case 'pressed':
      return `You pressed “${row.label}”.`;
    case 'replied':
      return `You wrote “${row.text}”.`;
    case 'dismissed':
      return 'It was closed.';
    case 'failed':
      return `It could not be shown: ${row.why}`;
  }
}
