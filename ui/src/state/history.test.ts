import { expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { entry, NOON } from '../gallery/samples';
import type { Answer, Command, EntryView } from '../gen';
import { Clock } from './clock.svelte';
import { Desk } from './desk.svelte';
import { History } from './history.svelte';
import { ANY } from './range';

const newest = (from: number, count: number): EntryView[] =>
  Array.from({ length: count }, (_, at) => entry(from - at));

function page(command: Command): Answer {
  if (command.command !== 'history.page') throw new Error('not a page');
  const before = command.filter.before === null ? 251 : Number(command.filter.before);
  return { answer: 'history', rows: newest(before - 1, Math.min(100, before - 1)) };
}

function history(): { history: History; host: FixtureHost } {
  const host = new FixtureHost(page);
  const desk = new Desk(host, (paint) => paint());
  const made = new History(host, desk, new Clock());
  desk.open();
  host.push({ patch: 'reset' });
  return { history: made, host };
}

const cursors = (it: History): number[] => it.rows.map((row) => Number(row.cursor));

test('pages follow each other by cursor until nothing is older', async () => {
  const { history: it } = history();
  await it.load();
  expect(it.rows.length).toBe(100);
  await it.more();
  await it.more();
  expect(cursors(it)).toEqual(newest(250, 250).map((row) => Number(row.cursor)));
  expect(it.complete).toBe(true);
});

test('what arrives comes on top, newest first, and is counted where the top is out of sight', async () => {
  const { history: it, host } = history();
  await it.load();
  it.atTop = false;
  host.push({ patch: 'entry', row: entry(251) }, { patch: 'entry', row: entry(252) });
  expect(cursors(it).slice(0, 3)).toEqual([252, 251, 250]);
  expect(it.unseen).toBe(2);
});

test('an entry told again is one row, as it was told last', async () => {
  const { history: it, host } = history();
  await it.load();
  host.push({ patch: 'entry', row: entry(250, { text: 'again' }) });
  expect(it.rows.length).toBe(100);
  expect(it.rows[0]?.text).toBe('again');
});

test('where more came than could be told, the newest page is read again; not while older ones are looked at', async () => {
  vi.useFakeTimers();
  const { history: it, host } = history();
  const pages = (): number => host.sent.filter(({ command }) => command === 'history.page').length;
  await it.load();
  host.push({ patch: 'entriesMissed' });
  await vi.advanceTimersByTimeAsync(1000);
  expect([pages(), it.rows.length]).toEqual([2, 100]);
  it.reach(false);
  host.push({ patch: 'entriesMissed' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(pages()).toBe(2);
  it.reach(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(pages()).toBe(3);
  vi.useRealTimers();
});

test('what does not fit the filter does not arrive', async () => {
  const { history: it, host } = history();
  it.choose({ kind: 'ask' });
  await it.load();
  host.push({ patch: 'entry', row: entry(251) }, { patch: 'entry', row: entry(252, { kind: 'ask' }) });
  expect(it.rows[0]?.cursor).toBe('252');
  expect(cursors(it)).not.toContain(251);
});

test('a search asks for its words, and what arrives meanwhile is only counted', async () => {
  vi.useFakeTimers();
  const { history: it, host } = history();
  await it.load();
  it.look('de');
  it.look('deploy');
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  const asked = host.sent.filter(({ command }) => command === 'history.page');
  expect(asked.length).toBe(2);
  expect(asked[1]).toMatchObject({ filter: { search: 'deploy' } });
  host.push({ patch: 'entry', row: entry(251) });
  expect([it.rows[0]?.cursor, it.unseen]).toEqual(['250', 1]);
  it.showAll();
  await it.load();
  expect(host.sent.at(-1)).toMatchObject({ filter: { search: null } });
});

test('a time range is asked for with all else, and what lies outside does not arrive', async () => {
  const { history: it, host } = history();
  const range = { is: 'between', since: NOON, until: NOON + 300 } as const;
  it.choose({ kind: 'message', range });
  await it.load();
  expect(host.sent.at(-1)).toMatchObject({ filter: { kind: 'message', since: NOON, until: NOON + 300 } });
  host.push({ patch: 'entry', row: entry(300) }, { patch: 'entry', row: entry(299) });
  expect(cursors(it)).toContain(299);
  expect(cursors(it)).not.toContain(300);
  expect(it.filtered).toBe(true);
  it.choose({ range: ANY });
  await it.load();
  expect(host.sent.at(-1)).toMatchObject({ filter: { kind: 'message', since: null, until: null } });
});

test('a page that was asked for under another filter is not shown', async () => {
  const { history: it, host } = history();
  let late: (answer: Answer) => void = () => undefined;
  host.reply = () => new Promise<Answer>((resolve) => (late = resolve));
  const first = it.load();
  host.reply = () => ({ answer: 'history', rows: [entry(7)] });
  it.choose({ agent: 'coder' });
  late({ answer: 'history', rows: newest(250, 100) });
  await first;
  await expect.poll(() => cursors(it)).toEqual([7]);
});

test('a page that could not be read says why, and can be asked for again', async () => {
  const { history: it, host } = history();
  host.reply = () => ({ code: 'failed', message: 'the disk is gone' });
  await it.load();
  expect(it.loading).toEqual({ is: 'failed', why: 'the disk is gone' });
  host.reply = page;
  await it.load();
  expect(it.loading.is).toBe('ready');
});
