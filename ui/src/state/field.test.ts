import { expect, test } from 'vitest';

import { offer, pick, text } from '../gallery/samples';
import type { Field } from '../gen';
import { filled, initial, trouble, troubles } from './field';

const limited: Field = text('t', {
  required: true,
  input: { type: 'text', multiline: false, min: 3, max: 5, maxBytes: 6, default: null },
});

test('a text keeps the limits of its server, in characters and in bytes', () => {
  expect(trouble(limited, { text: ' ' })).toBe('Fill this in.');
  expect(trouble(limited, { text: 'ab' })).toContain('At least 3');
  expect(trouble(limited, { text: 'abcdef' })).toContain('At most 5');
  expect(trouble(limited, { text: '😀😀😀' })).toContain('At most 6 bytes');
  expect(trouble(limited, { text: 'abc' })).toBeNull();
});

test('characters are what a person counts, not halves of them', () => {
  const field = text('t', {
    input: { type: 'text', multiline: false, min: 0, max: 2, maxBytes: null, default: null },
  });
  expect(trouble(field, { text: '😀😀' })).toBeNull();
});

test('a pick must be made where it is required, by an option or in own words', () => {
  const field = pick('p', ['a', 'b'], true);
  expect(trouble(field, initial(field.input))).toBe('Choose an answer.');
  expect(trouble(field, { pick: { chosen: [], other: 'mine' } })).toBeNull();
  expect(trouble(field, { pick: { chosen: ['a'], other: null } })).toBeNull();
});

test('an optional field may stay blank, and blank ones do not travel', () => {
  const form = offer('o', 'Send', { fields: [text('note'), pick('p', ['a'], false)] });
  const values = { note: { text: '  ' }, p: { pick: { chosen: ['a'], other: null } }, stray: { text: 'x' } };
  expect(troubles(form, values)).toEqual({});
  expect(filled(form, values)).toEqual({ p: values.p });
});

test('a flag always says something', () => {
  const form = offer('o', 'Send', {
    fields: [{ id: 'f', label: 'F', required: true, hint: null, input: { type: 'flag', default: false } }],
  });
  expect(troubles(form, {})).toEqual({});
  expect(filled(form, {})).toEqual({ f: { flag: false } });
});
