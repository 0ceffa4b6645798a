import { beforeEach, expect, test } from 'vitest';

import { approval, question } from '../gallery/samples';
import type { Offer } from '../gen';
import { apply, EMPTY } from './board';
import { Drafts } from './drafts.svelte';

beforeEach(() => localStorage.clear());

const ask = approval();
const deny = ask.offers[1] as Offer;
const note = deny.fields[0] as Offer['fields'][number];

test('what was typed is there again after a restart', () => {
  const drafts = new Drafts(localStorage);
  drafts.put(ask.key, deny, note, { text: 'not on a Friday' });
  drafts.flush();
  expect(new Drafts(localStorage).value(ask.key, deny, note)).toEqual({ text: 'not on a Friday' });
});

test('a secret is drafted, and written down nowhere', () => {
  const drafts = new Drafts(localStorage);
  const code = { ...note, id: 'code', input: { type: 'secret', max: 9 } } as const;
  drafts.put(ask.key, deny, note, { text: 'mine' });
  drafts.put(ask.key, deny, code, { secret: 'hunter2' });
  drafts.flush();
  expect(drafts.value(ask.key, deny, code)).toEqual({ secret: 'hunter2' });
  expect(JSON.stringify({ ...localStorage })).not.toContain('hunter2');
  const again = new Drafts(localStorage);
  expect(again.value(ask.key, deny, code)).toEqual({ secret: null });
  expect(again.value(ask.key, deny, note)).toEqual({ text: 'mine' });
});

test('each ask has its own draft', () => {
  const drafts = new Drafts(localStorage);
  drafts.put(ask.key, deny, note, { text: 'mine' });
  expect(drafts.value('hive/approval:8', deny, note)).toEqual({ text: '' });
});

test('a draft that no longer fits its field is not shown', () => {
  const drafts = new Drafts(localStorage);
  const answer = question().offers[0] as Offer;
  const field = answer.fields[0] as Offer['fields'][number];
  drafts.put('hive/question:3', answer, field, { pick: { chosen: ['delta'], other: null } });
  expect(drafts.value('hive/question:3', answer, field)).toEqual({ pick: { chosen: [], other: null } });
});

test('the draft of an ask that has ended is forgotten, and that of an open one is not', () => {
  const drafts = new Drafts(localStorage);
  drafts.put(ask.key, deny, note, { text: 'mine' });
  const told = (state: 'held' | 'settled') =>
    apply(EMPTY, { number: 1, patches: [{ patch: 'ask', row: approval({ state }) }] });
  drafts.changed(told('held'));
  expect(drafts.value(ask.key, deny, note)).toEqual({ text: 'mine' });
  drafts.changed(told('settled'));
  expect(drafts.value(ask.key, deny, note)).toEqual({ text: '' });
});

test('a storage with nonsense in it is no reason not to start', () => {
  for (const nonsense of ['{', 'null', '3', '[]']) {
    localStorage.setItem('deskbell.drafts', nonsense);
    expect(new Drafts(localStorage).value(ask.key, deny, note)).toEqual({ text: '' });
  }
});
