import { expect, test } from 'vitest';

import { approval, offer, pick, question, text } from '../gallery/samples';
import { place } from './placement';

test('a reason stands beside its deny button, and there is no form', () => {
  const { offers } = approval();
  const placement = place(offers);
  expect(placement.form).toBeUndefined();
  expect(offers.map((it) => placement.note(it)?.id)).toEqual([undefined, 'note']);
  expect([placement.yes?.id, placement.no?.id]).toEqual(['approve', 'deny']);
});

test('the fields of an answer are open on the page', () => {
  const { offers } = question();
  const placement = place(offers);
  expect(placement.form?.id).toBe('answer');
  expect(placement.no?.id).toBe('cancel');
});

test('an answer in free text is a form and no note', () => {
  const answer = offer('answer', 'Answer', { tone: 'yes', fields: [text('answer', { required: true })] });
  expect(place([answer]).form).toBe(answer);
});

test('the fields of a second form are asked for in a dialog', () => {
  const first = offer('answer', 'Answer', { fields: [pick('p', ['a'], false)] });
  const second = offer('send', 'Send a message', { fields: [text('body', { required: true })] });
  const placement = place([first, second]);
  expect(placement.dialog(second)).toBe(true);
  expect(placement.dialog(first)).toBe(false);
});

test('no key ever takes an offer that reaches further than once', () => {
  const always = offer('always', 'Always', { tone: 'yes', scope: 'always' });
  expect(place([always]).yes).toBeUndefined();
  expect(place([always, offer('once', 'Approve', { tone: 'yes' })]).yes?.id).toBe('once');
});
