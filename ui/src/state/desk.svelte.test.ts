import { flushSync } from 'svelte';
import { expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { approval, entry, question, source } from '../gallery/samples';
import { Desk } from './desk.svelte';

/** A desk whose frames are painted by hand. */
function desk(): { desk: Desk; host: FixtureHost; paint: () => void; frames: () => number } {
  const host = new FixtureHost();
  const asked: (() => void)[] = [];
  let frames = 0;
  const made = new Desk(host, (paint) => {
    frames += 1;
    asked.push(paint);
  });
  made.open();
  return { desk: made, host, paint: () => asked.splice(0).forEach((paint) => paint()), frames: () => frames };
}

test('the first batch is there before the first frame; after it, however many arrive, the board changes once a frame', () => {
  const { desk: it, host, paint, frames } = desk();
  host.push({ patch: 'reset' }, { patch: 'ask', row: approval() });
  expect(it.board.asks.size).toBe(1);
  expect(it.reach.is).toBe('ready');
  expect(frames()).toBe(0);
  host.push({ patch: 'ask', row: question() });
  host.push({ patch: 'ask', row: approval({ state: 'held' }) });
  expect(it.board.asks.size).toBe(1);
  expect(frames()).toBe(1);
  paint();
  expect(it.board.asks.size).toBe(2);
  expect(it.board.asks.get('hive/approval:7')?.state).toBe('held');
  expect(host.acked).toEqual([1, 3]);
});

test('a missing batch makes the desk ask for everything anew, and keep showing what it has', () => {
  const { desk: it, host, paint } = desk();
  host.push({ patch: 'reset' }, { patch: 'ask', row: approval() });
  paint();
  host.skip();
  host.push({ patch: 'ask', row: question() });
  paint();
  expect(host.subscriptions).toBe(2);
  expect(it.board.asks.size).toBe(1);
  host.push({ patch: 'reset' }, { patch: 'ask', row: question() });
  paint();
  expect([...it.board.asks.keys()]).toEqual(['hive/question:3']);
});

test('entries and what is to be revealed are told after the board has the batch', () => {
  const { desk: it, host, paint } = desk();
  const heard: string[] = [];
  it.hear({
    changed: (board) => heard.push(`board ${board.number}`),
    entries: (rows) => heard.push(`entries ${rows.map((row) => row.cursor).join()}`),
    reveal: ({ key }) => heard.push(`reveal ${key} of ${it.board.asks.size}`),
  });
  host.push({ patch: 'reset' }, { patch: 'ask', row: approval() });
  heard.length = 0;
  host.push({ patch: 'entry', row: entry(1) });
  host.push(
    { patch: 'entry', row: entry(2) },
    { patch: 'reveal', pointer: { at: 'ask', key: 'hive/approval:7' } },
  );
  paint();
  expect(heard).toEqual(['board 3', 'entries 1,2', 'reveal hive/approval:7 of 1']);
});

test('entries that keep coming are told together: the first at once, the others after a rest, each as it was last', () => {
  vi.useFakeTimers();
  const { desk: it, host, paint } = desk();
  const heard: string[] = [];
  it.hear({ entries: (rows) => heard.push(rows.map((row) => row.text).join()) });
  const tell = (...told: [number, string][]): void => {
    host.push(...told.map(([number, text]) => ({ patch: 'entry', row: entry(number, { text }) }) as const));
    paint();
  };
  tell([1, 'one']);
  expect(heard).toEqual(['one']);
  tell([2, 'two'], [3, 'three']);
  tell([2, 'two again']);
  expect(heard).toEqual(['one']);
  vi.advanceTimersByTime(1000);
  expect(heard).toEqual(['one', 'two again,three']);
  tell([4, 'four']);
  expect(heard.at(-1)).toBe('four');
  vi.useRealTimers();
});

test('more entries than can be read are not told one by one', () => {
  vi.useFakeTimers();
  const { desk: it, host, paint } = desk();
  const heard: number[] = [];
  let missed = 0;
  it.hear({ entries: (rows) => heard.push(rows.length), missed: () => (missed += 1) });
  host.push({ patch: 'entry', row: entry(1) });
  paint();
  host.push(...Array.from({ length: 1001 }, (_, at) => ({ patch: 'entry', row: entry(at) }) as const));
  paint();
  vi.advanceTimersByTime(1000);
  expect([heard, missed]).toEqual([[1], 1]);
  vi.useRealTimers();
});

test('a batch that does not touch what is looked at changes nothing there', () => {
  const { desk: it, host, paint } = desk();
  let looks = 0;
  const end = $effect.root(() => {
    $effect(() => {
      looks += it.board.asks.size > 0 ? 1 : 0;
    });
  });
  host.push({ patch: 'reset' }, { patch: 'ask', row: approval() });
  paint();
  flushSync();
  host.push({ patch: 'source', row: source() });
  paint();
  flushSync();
  expect(looks).toBe(1);
  host.push({ patch: 'ask', row: question() });
  paint();
  flushSync();
  expect(looks).toBe(2);
  end();
});

test('that entries were missed is told, at most twice a second', () => {
  vi.useFakeTimers();
  const { desk: it, host, paint } = desk();
  let missed = 0;
  it.hear({ missed: () => (missed += 1) });
  host.push({ patch: 'reset' });
  paint();
  for (let batch = 0; batch < 60; batch += 1) {
    host.push({ patch: 'entriesMissed' });
    paint();
    vi.advanceTimersByTime(16);
  }
  vi.advanceTimersByTime(1000);
  expect(missed).toBe(2);
  host.push({ patch: 'reset' });
  paint();
  vi.advanceTimersByTime(1000);
  expect(missed).toBe(3);
  vi.useRealTimers();
});

test('an engine out of reach is said and tried again', () => {
  vi.useFakeTimers();
  const { desk: it, host } = desk();
  host.lose('nobody is there');
  expect(it.reach).toEqual({ is: 'lost', why: 'nobody is there' });
  vi.advanceTimersByTime(2000);
  expect(host.subscriptions).toBe(2);
  vi.useRealTimers();
});
