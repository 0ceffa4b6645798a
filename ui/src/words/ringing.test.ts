import { expect, test } from 'vitest';

import { later, pauses, timeOfDay } from './ringing';

test('times of day are written as clocks show them', () => {
  expect([0, 5, 420, 1320, 1439].map(timeOfDay)).toEqual(['00:00', '00:05', '07:00', '22:00', '23:59']);
});

test('a time to come says its day when it is not today', () => {
  const now = new Date(2026, 10, 21, 12, 0).getTime();
  expect(later(new Date(2026, 10, 21, 14, 30).getTime(), now)).toBe('14:30');
  expect(later(new Date(2026, 10, 22, 9, 0).getTime(), now)).toMatch(/22.*09:00/);
});

test('tomorrow is the next morning, also late at night', () => {
  const night = new Date(2026, 10, 21, 23, 59).getTime();
  const tomorrow = pauses(night).find((pause) => pause.id === 'tomorrow');
  expect(new Date(tomorrow?.until ?? 0)).toEqual(new Date(2026, 10, 22, 9, 0));
  for (const pause of pauses(night)) expect(pause.until).toBeGreaterThan(night);
});
