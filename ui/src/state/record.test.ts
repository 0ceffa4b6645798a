import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { figures, NOON, record, source } from '../gallery/samples';
import { answeredWords, endsOf, tookTop, tookWords } from '../words/record';
import { App } from './app.svelte';
import { answered } from './record.svelte';

beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => void vi.useRealTimers());

test('how the operator answered is read for whom and for the time that is chosen', async () => {
  const host = new FixtureHost(() => ({ answer: 'record', rows: [record(7)] }));
  const app = new App(host, localStorage, (paint) => paint());
  app.desk.open();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() });
  const end = app.record.watch();
  await vi.advanceTimersByTimeAsync(0);
  app.record.choose({ by: 'agent', span: 'year' });
  await vi.advanceTimersByTimeAsync(0);
  end();
  expect(host.sent.at(-1)).toMatchObject({ command: 'record.sum', by: 'agent' });
  expect([app.record.rows.length, app.record.edges.length]).toEqual([1, 13]);
});

test('what ended is told in the order of the chart, and nothing of it twice', () => {
  const told = figures({
    answered: { approved: 3, failed: 1, cancelled: 1 },
    elsewhere: 4,
    missed: 5,
    dropped: 6,
  });
  expect(endsOf(told)).toEqual([3, 0, 2, 4, 5, 6]);
  expect(answered(told)).toBe(5);
  expect(answeredWords(told)).toBe('3 approved, 1 cancelled, 1 failed');
});

test.each([
  [0, '0 s'],
  [840, '0.8 s'],
  [12_400, '12 s'],
  [90_000, '1.5 min'],
  [9_000_000, '2.5 h'],
  [260_000_000, '3 d'],
])('%d milliseconds are said as %s', (ms, words) => {
  expect(tookWords(ms)).toBe(words);
});

test('the top of the scale is above what it has to hold, and halves into a time', () => {
  for (const ms of [0, 1, 999, 1001, 59_000, 61_000, 3_000_000, 40_000_000, 90_000_000, 1e10]) {
    expect(tookTop(ms)).toBeGreaterThanOrEqual(ms);
    expect(tookTop(ms)).toBeGreaterThan(0);
  }
  expect(tookTop(200_000_000)).toBe(4 * 86_400_000);
});
