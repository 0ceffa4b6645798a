import { spaced } from './visible';

const plain = new Intl.NumberFormat();
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });
const dollars = new Intl.NumberFormat(undefined, {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
});

/** A number as the operator's locale writes it. */
export function number(n: number): string {
  return spaced(plain.format(n));
}

/** A size that is more than its whole part: a digit behind the point, where it is small. */
export function roughly(n: number, small = Infinity): string {
  return spaced((n < small ? tenths : whole).format(n));
}

/** A large number where there is little room: `34.1K`; a dash where the server does not tell. */
export function shortly(n: number | null): string {
  return n === null ? '–' : spaced(short.format(n));
}

/** `42 %`, as the locale writes it. */
export function percent(hundred: number): string {
  return spaced(hundredths.format(hundred / 100));
}

/** Millionths of a US dollar as money. */
export function money(micros: number | null): string {
  return micros === null ? '–' : spaced(dollars.format(micros / 1_000_000));
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'].map(
  (unit) =>
    new Intl.NumberFormat(undefined, {
      style: 'unit',
      unit,
      // Bytes have no short form that tells one from many.
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      maximumFractionDigits: 1,
    }),
);

/** In the largest unit of which there is one: `1.5 GB`. */
export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return spaced(UNITS[unit]?.format(value) ?? '');
}
