import { tick } from 'svelte';
import { beforeEach, expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { approval, question } from '../gallery/samples';
import type { Offer } from '../gen';
import { apply, EMPTY } from './board';
import { Drafts } from './drafts.svelte';

let host: FixtureHost;

beforeEach(() => (host = new FixtureHost()));

const ask = approval();
const deny = ask.offers[1] as Offer;
const note = deny.fields[0] as Offer['fields'][number];

/** The drafts of a window that was opened just now. */
async function again(): Promise<Drafts> {
  const drafts = new Drafts(host);
  drafts.changed(EMPTY);
  await tick();
  return drafts;
}

test('what was typed is there again after a restart, and what was emptied is not', async () => {
  const drafts = await again();
  drafts.put(ask.key, deny, note, { text: 'not on a Friday' });
  await drafts.flush();
  const next = await again();
  expect(next.value(ask.key, deny, note)).toEqual({ text: 'not on a Friday' });
  next.clear(ask.key, deny.id);
  await next.flush();
  expect(host.drafts).toEqual([]);
});

test('what was typed before the engine told what it has is newer', async () => {
  host.drafts = [{ key: ask.key, offer: deny.id, values: { [note.id]: { text: 'old' } } }];
  const drafts = new Drafts(host);
  drafts.put(ask.key, deny, note, { text: 'new' });
  drafts.changed(EMPTY);
  await tick();
  expect(drafts.value(ask.key, deny, note)).toEqual({ text: 'new' });
});

test('what the engine could not take goes with what is typed next', async () => {
  const drafts = await again();
  const take = host.command.bind(host);
  host.command = () => Promise.reject(new Error('out of reach'));
  drafts.put(ask.key, deny, note, { text: 'mine' });
  await drafts.flush();
  host.command = take;
  drafts.put('hive/approval:8', deny, note, { text: 'another' });
  await drafts.flush();
  expect(host.drafts.map(({ values }) => values[note.id])).toEqual([{ text: 'mine' }, { text: 'another' }]);
});

test('a secret is drafted, and handed to nobody', async () => {
  const drafts = await again();
  const code = { ...note, id: 'code', input: { type: 'secret', max: 9 } } as const;
  drafts.put(ask.key, deny, note, { text: 'mine' });
  drafts.put(ask.key, deny, code, { secret: 'hunter2' });
  await drafts.flush();
  expect(drafts.value(ask.key, deny, code)).toEqual({ secret: 'hunter2' });
  expect(JSON.stringify([host.drafts, { ...localStorage }])).not.toContain('hunter2');
  expect((await again()).value(ask.key, deny, note)).toEqual({ text: 'mine' });
});

test('each ask has its own draft', () => {
  const drafts = new Drafts(host);
  drafts.put(ask.key, deny, note, { text: 'mine' });
  expect(drafts.value('hive/approval:8', deny, note)).toEqual({ text: '' });
});

test('a draft that no longer fits its field is not shown', () => {
  const drafts = new Drafts(host);
  const answer = question().offers[0] as Offer;
  const field = answer.fields[0] as Offer['fields'][number];
  drafts.put('hive/question:3', answer, field, { pick: { chosen: ['delta'], other: null } });
  expect(drafts.value('hive/question:3', answer, field)).toEqual({ pick: { chosen: [], other: null } });
});

test('the draft of an ask that has ended is forgotten, and that of an open one is not', async () => {
  const drafts = new Drafts(host);
  drafts.put(ask.key, deny, note, { text: 'mine' });
  const told = (state: 'held' | 'settled') =>
    apply(EMPTY, { number: 1, patches: [{ patch: 'ask', row: approval({ state }) }] });
  drafts.changed(told('held'));
  expect(drafts.value(ask.key, deny, note)).toEqual({ text: 'mine' });
  await drafts.flush();
  expect(host.drafts).toHaveLength(1);
  drafts.changed(told('settled'));
  expect(drafts.value(ask.key, deny, note)).toEqual({ text: '' });
  await drafts.flush();
  expect(host.drafts).toEqual([]);
});
