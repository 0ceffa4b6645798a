import { expect, test } from 'vitest';

import { money, number, percent, roughly, shortly, size } from './numbers';
import { hides } from './visible';

/** As the locale of whoever runs this writes it. */
const locale = (n: number, options: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(undefined, options).format(n).replace(/[\u00A0\u202F]/g, ' ');

test('numbers are written as the locale writes them', () => {
  expect(number(1_234_567)).toBe(locale(1_234_567, {}));
  expect(percent(42)).toBe(locale(0.42, { style: 'percent' }));
  expect(money(1_234_500)).toBe(
    locale(1.2345, { style: 'currency', currency: 'USD', maximumFractionDigits: 4 }),
  );
  expect([shortly(null), money(null)]).toEqual(['–', '–']);
  expect([roughly(2.34, 10), roughly(23.4, 10)]).toEqual([locale(2.3, {}), locale(23, {})]);
});

test('a size is told in the largest unit of which there is one', () => {
  const unit = (n: number, unit: string, unitDisplay: 'short' | 'long' = 'short'): string =>
    locale(n, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 });
  expect([0, 1, 999, 1000, 1_540_000, 2e9, 3e12, 4e15].map(size)).toEqual([
    unit(0, 'byte', 'long'),
    unit(1, 'byte', 'long'),
    unit(999, 'byte', 'long'),
    unit(1, 'kilobyte'),
    unit(1.5, 'megabyte'),
    unit(2, 'gigabyte'),
    unit(3, 'terabyte'),
    unit(4000, 'terabyte'),
  ]);
});

test('no number has a space in it that would be taken for something hidden', () => {
  for (const told of [number(1_234_567), money(5), percent(5), size(1_500_000), shortly(34_100)]) {
    expect(hides(told)).toBe(false);
  }
});
