import { expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { approval, entry, question } from '../gallery/samples';
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

test('however many batches arrive, the board changes once a frame, and the last one is acknowledged', () => {
  const { desk: it, host, paint, frames } = desk();
  host.push({ patch: 'reset' }, { patch: 'ask', row: approval() });
  host.push({ patch: 'ask', row: question() });
  host.push({ patch: 'ask', row: approval({ state: 'held' }) });
  expect(it.board.asks.size).toBe(0);
  expect(frames()).toBe(1);
  paint();
  expect(it.board.asks.size).toBe(2);
  expect(it.board.asks.get('hive/approval:7')?.state).toBe('held');
  expect(host.acked).toEqual([3]);
  expect(it.reach.is).toBe('ready');
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
  host.push({ patch: 'reset' }, { patch: 'ask', row: approval() }, { patch: 'entry', row: entry(1) });
  host.push(
    { patch: 'entry', row: entry(2) },
    { patch: 'reveal', pointer: { at: 'ask', key: 'hive/approval:7' } },
  );
  paint();
  expect(heard).toEqual(['board 2', 'entries 1,2', 'reveal hive/approval:7 of 1']);
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
