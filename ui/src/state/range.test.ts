import { expect, test } from 'vitest';

import { limitsWords } from '../words/range';
import { beginOf, dayOf, limitsOf, within, type Range } from './range';

const NOON = new Date(2026, 10, 21, 12).getTime();
const begin = (day: number): number => new Date(2026, 10, day).getTime();

test.each<[Range['is'], number, number]>([
  ['today', 21, 22],
  ['yesterday', 20, 21],
  ['week', 15, 22],
  ['month', -8, 22],
])('%s is of whole days by the calendar', (is, since, until) => {
  expect(limitsOf({ is, since: null, until: null } as Range, NOON)).toEqual({
    since: begin(since),
    until: begin(until),
  });
});

test('a limit is open where nothing is given, and its end is outside', () => {
  expect([-1e15, NOON, 1e15].every((at) => within(at, { since: null, until: null }))).toBe(true);
  const limits = { since: NOON, until: NOON + 2 };
  expect([NOON - 1, NOON, NOON + 1, NOON + 2].map((at) => within(at, limits))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('a day is read back as it is written, and what is no day is nothing', () => {
  expect(dayOf(NOON)).toBe('2026-11-21');
  expect(beginOf('2026-11-21')).toBe(begin(21));
  expect(beginOf('2026-12-31', 1)).toBe(new Date(2027, 0, 1).getTime());
  expect(dayOf(beginOf('0020-01-02') ?? 0)).toBe('0020-01-02');
  expect([beginOf(''), beginOf('2026-1'), beginOf('tomorrow')]).toEqual([null, null, null]);
});

test('limits are said in words: whole days by name, anything else to the minute', () => {
  const says = (since: number | null, until: number | null): string => limitsWords({ since, until });
  expect(says(begin(20), begin(21))).toBe('Nov 20, 2026');
  expect(says(begin(15), begin(22))).toMatch(/^Nov 15\s.\s21, 2026$/);
  expect(says(begin(15), null)).toBe('Since Nov 15, 2026');
  expect(says(null, begin(22))).toBe('Up to Nov 21, 2026');
  expect(says(NOON, NOON + 3_600_000)).toMatch(/^Nov 21, 2026, 12:00\s.\s1:00\sPM$/);
  expect(says(NOON, NOON)).toMatch(/^No time at all/);
  expect(says(null, null)).toBe('Any time');
});
