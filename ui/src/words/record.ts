import type { Figures, OutcomeWord } from '../gen';
import { roughly } from './numbers';
import { say } from './say';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What an answer of the operator can come to. */
const OUTCOMES = ['approved', 'denied', 'answered', 'cancelled', 'failed'] as const satisfies OutcomeWord[];

/** What ended, in the order of the chart. */
export const ENDS = ['approved', 'denied', 'answered', 'elsewhere', 'missed', 'dropped'] as const;

export type End = (typeof ENDS)[number];

/** What the operator answered by what it came to, then what somebody else answered, was missed, or was dropped. */
export function endsOf({ answered, elsewhere, missed, dropped }: Figures): number[] {
  const { approved = 0, denied = 0, answered: told = 0, cancelled = 0, failed = 0 } = answered;
  return [approved, denied, told + cancelled + failed, elsewhere, missed, dropped];
}

/** `2 approved, 1 denied`; nothing where nothing was answered. */
export function answeredWords({ answered }: Figures): string {
  return OUTCOMES.flatMap((outcome) => {
    const many = answered[outcome] ?? 0;
    return many > 0 ? [say.outcomes.counted[outcome](many)] : [];
  }).join(', ');
}

/** How long answers took: `0.8 s`, `12 s`, `4 min`, `2.5 h`, `3 d`. */
export function tookWords(ms: number): string {
  const { seconds, minutes, hours, days } = say.times;
  const [size, unit] =
    ms < MINUTE ? [SECOND, seconds] : ms < HOUR ? [MINUTE, minutes] : ms < DAY ? [HOUR, hours] : [DAY, days];
  return unit(roughly(ms / size, 10));
}

const TOPS = [
  ...[1, 2, 4, 10, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 4, 10, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 4, 12].map((n) => n * HOUR),
];

/** The next time above that halves well. */
export function tookTop(ms: number): number {
  return TOPS.find((top) => ms <= top) ?? 2 * DAY * Math.ceil(ms / (2 * DAY));
}
