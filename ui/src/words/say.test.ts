import { afterEach, expect, test } from 'vitest';

import { LANGUAGES } from '../gallery/language';
import { en, type Words } from './en';
import { say, speak } from './say';

afterEach(() => speak([]));

test('the first wanted language that is there is spoken, and English otherwise', () => {
  expect(speak(['de-AT', 'x-made', 'en'], LANGUAGES)).toBe('x-made');
  expect(say.kit.optional).toBe('⟦optional⟧');
  expect(say.counts.lines(1)).toBe('⟦1 line⟧');
  expect(speak(['en-GB', 'x-made'], LANGUAGES)).toBe('en');
  expect(speak(['constructor', 'de'], LANGUAGES)).toBe('en');
  expect(say.counts.lines(1)).toBe('1 line');
});

test('a language that lacks a word is no language', () => {
  // @ts-expect-error -- `progress` is missing
  const kit: Words['kit'] = { ...en.kit, progress: undefined };
  expect(Object.keys(kit)).toEqual(Object.keys(en.kit));
});

test('a plural is what the language says it is, and the number what the locale writes', () => {
  expect([0, 1, 2, 1234].map((n) => say.counts.lines(n))).toEqual([
    '0 lines',
    '1 line',
    '2 lines',
    `${(1234).toLocaleString()} lines`,
  ]);
});
