import { expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { alone, entry, NOON } from '../gallery/samples';
import type { Answer, By, Command, EntryView, Patch } from '../gen';
import { Clock } from './clock.svelte';
import { Desk } from './desk.svelte';
import { History, MOST } from './history.svelte';
import { ANY } from './range';
import { identity } from './rows';

const newest = (from: number, count: number): EntryView[] =>
  Array.from({ length: count }, (_, at) => entry(from - at));

/** An engine with so many entries, one a millisecond, whose cursors are their numbers. */
const holding =
  (last: () => number) =>
  (command: Command): Answer => {
    if (command.command !== 'history.page') throw new Error('not a page');
    const { before, after, around } = command.filter;
    if (after !== null) {
      const from = Math.min(last(), Number(after) + 100);
      return { answer: 'history', rows: newest(from, from - Number(after)) };
    }
    if (around !== null) {
      const at = around - NOON;
      const from = Math.min(last(), at + 49);
      return { answer: 'history', rows: newest(from, Math.min(100, from)) };
    }
    const from = before === null ? last() : Number(before) - 1;
    return { answer: 'history', rows: newest(from, Math.min(100, from)) };
  };

const page = holding(() => 250);

function history(): { history: History; host: FixtureHost } {
  const host = new FixtureHost(page);
  const desk = new Desk(
    host,
    (paint) => paint(),
    (over) => over(),
  );
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

test('the part of a long history that is held is bounded, and nothing is missing or doubled in it, up or down', async () => {
  const { history: it, host } = history();
  let last = 5000;
  host.reply = holding(() => last);
  const isWhole = (): void => {
    const numbers = cursors(it);
    expect(numbers.length).toBeLessThanOrEqual(MOST);
    expect(numbers).toEqual(newest(numbers[0] ?? 0, numbers.length).map((row) => Number(row.cursor)));
  };
  await it.load();
  it.atTop = false;
  while (!it.complete) {
    await it.more();
    // Something happens while the operator reads on.
    last += 1;
    host.push({ patch: 'entry', row: entry(last) });
    isWhole();
  }
  expect([cursors(it).at(-1), it.latest]).toEqual([1, false]);
  expect(it.unseen).toBe(last - 5000);
  while (!it.latest) {
    await it.back();
    if (!it.latest) {
      last += 1;
      host.push({ patch: 'entry', row: entry(last) });
    }
    isWhole();
  }
  expect([cursors(it)[0], it.complete]).toEqual([last, false]);
});

test('what arrives while a page is read is in the list once, wherever the engine was with it', async () => {
  const { history: it, host } = history();
  let done: (answer: Answer) => void = () => undefined;
  host.reply = () => new Promise<Answer>((resolve) => (done = resolve));
  const loading = it.load();
  host.push({ patch: 'entry', row: entry(250) }, { patch: 'entry', row: entry(251) });
  done({ answer: 'history', rows: newest(250, 100) });
  await loading;
  expect(cursors(it).slice(0, 3)).toEqual([251, 250, 249]);
  expect(it.rows.length).toBe(101);
});

test('what a server tells late of something early stands where it belongs', async () => {
  const { history: it, host } = history();
  host.reply = () => ({ answer: 'history', rows: [entry(9), entry(7), entry(5)] });
  await it.load();
  host.push({ patch: 'entry', row: entry(8) }, { patch: 'entry', row: entry(10) });
  expect(cursors(it)).toEqual([10, 9, 8, 7, 5]);
});

test('a day that is gone to is in the middle, with what came before and after it', async () => {
  const { history: it, host } = history();
  host.reply = holding(() => 5000);
  it.choose({ range: { is: 'between', since: NOON + 4000, until: null } });
  await it.jump(NOON + 1000);
  expect(it.range).toEqual(ANY);
  expect([cursors(it)[0], cursors(it).at(-1), it.latest, it.complete]).toEqual([1049, 950, false, false]);
  expect(cursors(it)[it.aim ?? 0]).toBe(1000);
  await it.back();
  expect(cursors(it)[0]).toBe(1149);
  expect(it.shift).toBe(true);
  await it.more();
  expect([cursors(it).at(-1), it.shift]).toEqual([850, false]);
});

test('an outcome and who answered are asked for, and what ends so arrives', async () => {
  const { history: it, host } = history();
  it.choose({ outcome: 'denied', by: { Other: null } });
  await it.load();
  expect(host.sent.at(-1)).toMatchObject({ filter: { outcome: 'denied', by: { Other: null } } });
  const denied = (number: number, by: By): Patch => ({
    patch: 'entry',
    row: entry(number, { ended: { outcome: 'denied', by } }),
  });
  host.push({ patch: 'entry', row: entry(300) }, denied(301, 'Us'), denied(302, { Other: 'mara' }));
  expect([cursors(it)[0], cursors(it).includes(301), cursors(it).includes(300)]).toEqual([302, false, false]);
});

test('the best come in one page, and only where words are looked for', async () => {
  const { history: it, host } = history();
  it.choose({ best: true });
  await it.load();
  expect(host.sent.at(-1)).toMatchObject({ filter: { best: false } });
  vi.useFakeTimers();
  it.look('deploy');
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect(host.sent.at(-1)).toMatchObject({ filter: { best: true, search: 'deploy', before: null } });
  expect(it.complete).toBe(true);
});

test('an entry that a link points at is shown with what is around it, whatever was looked at', async () => {
  const { history: it, host } = history();
  const pages = holding(() => 5000);
  host.reply = (command) =>
    command.command === 'entry.show' ? { answer: 'entry', context: alone(entry(1000)) } : pages(command);
  it.choose({ kind: 'odd' });
  await it.open(identity(entry(1000)));
  expect([it.selected?.cursor, it.kind, it.context?.strand]).toEqual(['1000', null, 'source']);
  expect(it.rows[it.aim ?? -1]?.cursor).toBe('1000');
});

test('an entry told again is one row, as it was told last', async () => {
  const { history: it, host } = history();
  await it.load();
  host.push({ patch: 'entry', row: entry(250, { text: 'again' }) });
  expect(it.rows.length).toBe(100);
  expect(it.rows[0]?.text).toBe('again');
});

test('where more came than could be told, the newest page is read again, once it is looked at', async () => {
  vi.useFakeTimers();
  const { history: it, host } = history();
  const pages = (): number => host.sent.filter(({ command }) => command === 'history.page').length;
  it.begin();
  await vi.advanceTimersByTimeAsync(0);
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
  it.leave();
  host.push({ patch: 'entriesMissed' });
  await vi.advanceTimersByTimeAsync(1000);
  expect([pages(), it.latest]).toEqual([3, false]);
  it.begin();
  await vi.advanceTimersByTimeAsync(0);
  expect([pages(), it.latest]).toEqual([4, true]);
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
