import { expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { entry } from '../gallery/samples';
import type { BodyView, Command, EntryView } from '../gen';
import { Desk } from './desk.svelte';
import { Reader } from './reader.svelte';

const STRAND = { source: 'hive', thread: 'talk', agent: null };
const line = (n: number, more: Partial<EntryView> = {}): EntryView => entry(n, { thread: 'talk', ...more });

function start(pages: EntryView[][]): { host: FixtureHost; reader: Reader } {
  const host = new FixtureHost((command) =>
    command.command === 'body.list'
      ? { answer: 'bodies', rows: command.items.map((item) => body(item, command.whole)) }
      : { answer: 'history', rows: pages.shift() ?? [] },
  );
  const desk = new Desk(
    host,
    (paint) => paint(),
    (over) => over(),
  );
  const reader = new Reader(host, desk);
  desk.open();
  host.push({ patch: 'reset' });
  return { host, reader };
}

const body = (item: string, whole: boolean): BodyView => ({
  item,
  pieces: [{ piece: 'said', text: whole ? 'one\n\ntwo' : 'one' }],
  cut: !whole,
});

const asked = (host: FixtureHost): Command[] => host.sent.filter(({ command }) => command === 'history.page');

/** Entries from `newest` down to `oldest`. */
function down(newest: number, oldest: number): EntryView[] {
  return Array.from({ length: newest - oldest + 1 }, (_, at) => line(newest - at));
}

function tell(host: FixtureHost, ...rows: EntryView[]): void {
  host.push(...rows.map((row) => ({ patch: 'entry', row }) as const));
}

const texts = (reader: Reader): string[] => reader.told.map((row) => row.text);

test('a thread is read oldest first, and older pages come above', async () => {
  const { host, reader } = start([down(100, 41), down(40, 38)]);
  reader.open(STRAND);
  await expect.poll(() => reader.loading.is).toBe('ready');
  expect(reader.complete).toBe(false);
  await reader.more();
  expect(texts(reader).slice(0, 2)).toEqual(['entry 38', 'entry 39']);
  expect(reader.complete).toBe(true);
  expect(asked(host)).toMatchObject([
    { filter: { source: 'hive', thread: 'talk', before: null } },
    { filter: { before: '41' } },
  ]);
});

test('what is told meanwhile is appended where it belongs, and told again it changes in place', async () => {
  const { host, reader } = start([[line(1)]]);
  reader.open(STRAND);
  await expect.poll(() => reader.loading.is).toBe('ready');
  tell(host, line(2), line(3, { thread: 'another' }), line(4, { source: 'elsewhere' }), line(5));
  tell(host, line(2, { text: 'finished' }));
  expect(texts(reader)).toEqual(['entry 1', 'finished', 'entry 5']);
  expect(reader.unseen).toBe(0);
});

test('what comes while older lines are read is counted until the end is seen', async () => {
  const { host, reader } = start([[line(1)]]);
  reader.open(STRAND);
  await expect.poll(() => reader.loading.is).toBe('ready');
  reader.reach(false);
  tell(host, line(2), line(3));
  expect(reader.unseen).toBe(2);
  reader.reach(true);
  expect(reader.unseen).toBe(0);
});

/** As many at a time as the engine tells. */
function storm(host: FixtureHost, oldest: number, newest: number): void {
  for (let from = oldest; from <= newest; from += 500) tell(host, ...down(from + 499, from).reverse());
}

test('a storm costs a bounded number of lines, at the end and above it', async () => {
  const { host, reader } = start([[line(0)], down(9000, 8941)]);
  reader.open(STRAND);
  await expect.poll(() => reader.loading.is).toBe('ready');
  storm(host, 1, 2000);
  expect(reader.rows).toHaveLength(600);
  expect(reader.rows[0]?.text).toBe('entry 2000');
  expect(reader.complete).toBe(false);
  reader.reach(false);
  storm(host, 2001, 9000);
  expect(reader.rows.length).toBeLessThanOrEqual(3000);
  expect(reader.unseen).toBe(7000);
  reader.reach(true);
  expect(reader.unseen, 'the end of what is shown is not the end of what is there').toBe(7000);
  await reader.catchUp();
  expect(texts(reader).at(-1)).toBe('entry 9000');
  expect(reader.unseen).toBe(0);
});

test('a page of one thread is never shown under another', async () => {
  const { host, reader } = start([]);
  let answer: (rows: EntryView[]) => void = () => undefined;
  host.reply = (command) =>
    command.command === 'body.list'
      ? { answer: 'bodies', rows: [] }
      : new Promise((resolve) => {
          answer = (rows) => resolve({ answer: 'history', rows });
        });
  reader.open(STRAND);
  const first = answer;
  reader.open({ ...STRAND, thread: 'other' });
  first([line(1)]);
  answer([line(2, { thread: 'other' })]);
  await expect.poll(() => texts(reader)).toEqual(['entry 2']);
});

test('a thread that cannot be read says why, and can be read again', async () => {
  const { host, reader } = start([[line(1)]]);
  const { reply } = host;
  host.reply = () => ({ code: 'failed', message: 'The disk is gone.' });
  reader.open(STRAND);
  await expect.poll(() => reader.loading).toEqual({ is: 'failed', why: 'The disk is gone.' });
  host.reply = reply;
  await reader.load();
  expect(texts(reader)).toEqual(['entry 1']);
});

test('rows come with all their lines, what arrives gets them soon, and a long one is read whole on demand', async () => {
  const { host, reader } = start([[line(1)]]);
  reader.open(STRAND);
  await expect.poll(() => reader.loading.is).toBe('ready');
  const text = (n: number): string | undefined => reader.bodies.of(line(n))?.pieces[0]?.text;
  expect(text(1)).toBe('one');
  for (const n of [2, 3, 4]) tell(host, line(n));
  await expect.poll(() => text(4)).toBe('one');
  const reads = host.sent.flatMap((sent) => (sent.command === 'body.list' ? [sent.items.length] : []));
  expect(reads).toEqual([1, 1, 2]);
  await reader.bodies.whole(line(2));
  expect(text(2)).toBe('one\n\ntwo');
  expect(reader.bodies.of(line(2))?.cut).toBe(false);
});

test('rows whose bodies cannot be read stand for themselves', async () => {
  const { host, reader } = start([]);
  host.reply = (command) =>
    command.command === 'body.list'
      ? { code: 'failed', message: 'no' }
      : { answer: 'history', rows: [line(1)] };
  reader.open(STRAND);
  await expect.poll(() => reader.loading.is).toBe('ready');
  expect(texts(reader)).toEqual(['entry 1']);
  expect(reader.bodies.of(line(1))).toBeUndefined();
});
