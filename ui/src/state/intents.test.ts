import { beforeEach, expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { approval, offer, receipt } from '../gallery/samples';
import type { Offer } from '../gen';
import { Desk } from './desk.svelte';
import { Drafts } from './drafts.svelte';
import { newIntentId } from './intent-id';
import { Intents } from './intents.svelte';

beforeEach(() => localStorage.clear());

function intents(): { intents: Intents; host: FixtureHost; drafts: Drafts } {
  const host = new FixtureHost(() => ({ answer: 'taken', receipt: receipt() }));
  const desk = new Desk(host, (paint) => paint());
  const drafts = new Drafts(host);
  desk.open();
  host.push({ patch: 'reset' }, { patch: 'ask', row: approval() });
  return { intents: new Intents(host, desk, drafts), host, drafts };
}

const ask = approval();
const [approve, deny] = ask.offers as [Offer, Offer];

test('an answer carries the hash of what was shown, and only what was filled in', async () => {
  const { intents: it, host, drafts } = intents();
  drafts.put(ask.key, deny, deny.fields[0] as Offer['fields'][number], { text: 'no' });
  expect(await it.take(ask, deny)).toBe(true);
  expect(host.sent).toEqual([
    {
      command: 'intent.take',
      surface: 'window',
      intent: {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as string,
        key: ask.key,
        offer: 'deny',
        values: { note: { text: 'no' } },
        shown: ask.shown,
        consent: 'none',
      },
    },
  ]);
});

test('a second press while the first is under way is not a second answer', async () => {
  const { intents: it, host } = intents();
  const both = await Promise.all([it.take(ask, approve), it.take(ask, approve), it.take(ask, deny)]);
  expect(both).toEqual([true, false, false]);
  expect(host.sent).toHaveLength(1);
});

test('nor is a press before the board shows the first one; afterwards the next answer is taken', async () => {
  const { intents: it, host } = intents();
  await it.take(ask, approve);
  host.push({ patch: 'ask', row: approval({ key: 'hive/approval:8' }) });
  expect(await it.take(ask, approve)).toBe(false);
  host.push({ patch: 'ask', row: approval({ state: 'held' }) });
  host.push({ patch: 'ask', row: approval() });
  expect(await it.take(ask, deny)).toBe(true);
  expect(host.sent).toHaveLength(2);
});

test('what is missing is said beside its field, and nothing leaves', async () => {
  const { intents: it, host } = intents();
  const strict = { ...deny, fields: deny.fields.map((field) => ({ ...field, required: true })) };
  expect(await it.take(ask, strict)).toBe(false);
  expect(it.refusal(ask.key)).toEqual({ offer: 'deny', fields: { note: 'Fill this in.' }, message: null });
  expect(host.sent).toEqual([]);
});

test('a dangerous offer asks first, and travels with the consent', async () => {
  const { intents: it, host } = intents();
  const purge = offer('purge', 'Purge', { danger: 'typeTheName', name: 'coder' });
  expect(await it.take(ask, purge)).toBe(false);
  expect(it.asking?.offer).toBe(purge);
  expect(host.sent).toEqual([]);
  expect(await it.take(ask, purge, { typed: 'coder' })).toBe(true);
  expect(it.asking).toBeNull();
  expect(host.sent[0]).toMatchObject({ intent: { consent: { typed: 'coder' } } });
});

test('what the engine refuses is said in its words', async () => {
  const { intents: it, host } = intents();
  host.reply = () => ({
    code: 'changed',
    message: 'this changed since it was shown: look again, nothing was sent',
  });
  expect(await it.take(ask, approve)).toBe(false);
  expect(it.refusal(ask.key)?.message).toContain('look again');
  expect(it.isTaking(ask.key)).toBe(false);
});

test('undo takes back the answer that is under way, and does nothing where there is none', async () => {
  const { intents: it, host } = intents();
  await it.undo(ask.key);
  expect(host.sent).toEqual([]);
  host.reply = () => ({ answer: 'done' });
  host.push({ patch: 'receipt', row: receipt({ intent: 'i9' }) });
  await it.undo(ask.key);
  expect(host.sent).toEqual([{ command: 'intent.undo', intent: 'i9' }]);
});

test('an intent id is a UUID of version 7 that sorts by time', () => {
  const dice = new Uint8Array(10).fill(255);
  expect(newIntentId(0x0123456789ab, dice)).toBe('01234567-89ab-7fff-bfff-ffffffffffff');
  expect(newIntentId(1) < newIntentId(2)).toBe(true);
});
