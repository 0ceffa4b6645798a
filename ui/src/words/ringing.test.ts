import { expect, test } from 'vitest';

import { later, pauses, timeOfDay } from './ringing';

test('times of day are written as the locale writes clocks', () => {
  const told = [0, 5, 420, 1320, 1439].map(timeOfDay);
  // Whichever way the locale counts the hours, the minutes are the same.
  expect(told.map((time) => /\d\d(?!.*\d)/.exec(time)?.[0])).toEqual(['00', '05', '00', '00', '59']);
  expect(new Set(told).size).toBe(5);
});

test('a time to come says its day when it is not today', () => {
  const now = new Date(2026, 10, 21, 12, 0).getTime();
  const half = timeOfDay(14 * 60 + 30);
  expect(later(new Date(2026, 10, 21, 14, 30).getTime(), now)).toBe(half);
  expect(later(new Date(2026, 10, 22, 14, 30).getTime(), now)).toMatch(/22/);
  expect(later(new Date(2026, 10, 22, 14, 30).getTime(), now)).toContain(half);
});

test('tomorrow is the next morning, also late at night', () => {
  const night = new Date(2026, 10, 21, 23, 59).getTime();
  const tomorrow = pauses(night).find((pause) => pause.id === 'tomorrow');
  expect(new Date(tomorrow?.until ?? 0)).toEqual(new Date(2026, 10, 22, 9, 0));
  for (const pause of pauses(night)) expect(pause.until).toBeGreaterThan(night);
});
