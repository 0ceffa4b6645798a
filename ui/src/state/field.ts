import type { Field, Input, Offer, Value } from '../gen';
import { say } from '../words/say';

export type Values = Record<string, Value>;

/** What a field holds before anything is put in. */
export function initial(input: Input): Value {
  switch (input.type) {
    case 'text':
      return { text: input.default ?? '' };
    case 'pick':
      return { pick: { chosen: [], other: null } };
    case 'date':
      return { date: input.default ?? '' };
    case 'flag':
      return { flag: input.default };
    case 'secret':
      return { secret: null };
  }
}

/** Whether nothing was put in. A flag always says something. */
function isBlank(value: Value): boolean {
  if ('text' in value) return value.text.trim() === '';
  if ('date' in value) return value.date.trim() === '';
  if ('secret' in value) return (value.secret ?? '').trim() === '';
  if ('pick' in value) return value.pick.chosen.length === 0 && (value.pick.other ?? '').trim() === '';
  return false;
}

/** Whether a value is of the kind a field takes: a kept draft may be older than the field. */
export function fits(input: Input, value: Value): boolean {
  switch (input.type) {
    case 'text':
      return 'text' in value;
    case 'pick':
      return (
        'pick' in value &&
        value.pick.chosen.every((label) => input.options.some((option) => option.label === label))
      );
    case 'date':
      return 'date' in value;
    case 'flag':
      return 'flag' in value;
    case 'secret':
      return 'secret' in value;
  }
}

/** What is wrong with a value, in words beside the field. The engine checks the same again. */
export function trouble(field: Field, value: Value): string | null {
  if (isBlank(value)) {
    if (!field.required) return null;
    return field.input.type === 'pick' ? say.fields.chooseOne : say.fields.fillIn;
  }
  const { input } = field;
  if (input.type === 'text' && 'text' in value) {
    const characters = [...value.text].length;
    if (characters < input.min) return say.fields.tooShort(input.min, characters);
    if (characters > input.max) return say.fields.tooLong(input.max, characters);
    return tooLong(bytes(value.text), input.maxBytes);
  }
  if (input.type === 'secret' && 'secret' in value) {
    const characters = [...(value.secret ?? '')].length;
    if (characters > input.max) return say.fields.tooLong(input.max, characters);
  }
  if (input.type === 'pick' && 'pick' in value) {
    const own = (value.pick.other ?? '').trim();
    const listed = value.pick.chosen.reduce((sum, label) => sum + bytes(label) + 2, 0);
    return tooLong(listed + bytes(own), input.maxBytes);
  }
  if (input.type === 'date' && 'date' in value && !/^\d{4}-\d{2}-\d{2}$/.test(value.date)) {
    return say.fields.day;
  }
  return null;
}

/** The trouble of each field of an offer that has any. */
export function troubles(offer: Offer, values: Values): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of offer.fields) {
    const words = trouble(field, values[field.id] ?? initial(field.input));
    if (words !== null) found[field.id] = words;
  }
  return found;
}

/** What travels: only fields of the offer, without the blank ones. */
export function filled(offer: Offer, values: Values): Values {
  const sent: Values = {};
  for (const field of offer.fields) {
    const value = values[field.id] ?? initial(field.input);
    if (!isBlank(value)) sent[field.id] = value;
  }
  return sent;
}

/** What may be kept: everything but secrets. */
export function keepable(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !('secret' in value)));
}

function tooLong(bytes: number, most: number | null): string | null {
  if (most === null || bytes <= most) return null;
  return say.fields.tooManyBytes(most, bytes);
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
