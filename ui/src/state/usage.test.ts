import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { NOON, source, task } from '../gallery/samples';
import type { Answer } from '../gen';
import { App } from './app.svelte';
import { edgesOf } from './sums.svelte';

beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => void vi.useRealTimers());

function open(reply: () => Answer | Promise<Answer>): { app: App; host: FixtureHost } {
  const host = new FixtureHost(reply);
  const app = new App(host, localStorage, (paint) => paint());
  app.desk.open();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() });
  return { app, host };
}

const sums = (host: FixtureHost): number => host.sent.filter(({ command }) => command === 'usage.sum').length;

test.each(['day', 'week', 'month', 'year'] as const)('the edges of a %s ascend and hold now', (span) => {
  const edges = edgesOf(span, NOON);
  expect(edges.length).toBe({ day: 25, week: 8, month: 31, year: 13 }[span]);
  expect(edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? 0))).toBe(true);
  const [last, end] = edges.slice(-2);
  expect((last ?? 0) <= NOON && NOON < (end ?? 0)).toBe(true);
  if (span !== 'day') expect(edges.every((edge) => new Date(edge).getHours() === 0)).toBe(true);
});

test('figures are read while they are looked at, and again after a while when tasks change', async () => {
  const { app, host } = open(() => ({ answer: 'usage', rows: [] }));
  host.push({ patch: 'task', row: task(1) });
  expect(sums(host)).toBe(0);
  const end = app.usage.watch();
  await vi.advanceTimersByTimeAsync(0);
  expect([sums(host), app.usage.loading.is]).toEqual([1, 'ready']);
  for (const turns of [1, 2, 3]) host.push({ patch: 'task', row: task(1, { turns }) });
  host.push({ patch: 'source', row: source({ lagMs: 3 }) });
  await vi.advanceTimersByTimeAsync(5000);
  expect(sums(host)).toBe(2);
  end();
  host.push({ patch: 'task', row: task(1, { turns: 9 }) });
  await vi.advanceTimersByTimeAsync(5000);
  expect(sums(host)).toBe(2);
});

test('what comes late for another choice is not shown, and a failure is said', async () => {
  const waiting: ((answer: Answer) => void)[] = [];
  const { app, host } = open(() => new Promise((resolve) => waiting.push(resolve)));
  const row = {
    whose: { whose: 'source', source: 'hive' },
    tasks: 1,
    total: { tokensIn: 1, tokensOut: 2, costMicros: 3 },
    buckets: [],
  } as const;
  app.usage.choose({ span: 'day' });
  app.usage.choose({ span: 'year', by: 'agent' });
  waiting[1]?.({ answer: 'usage', rows: [] });
  waiting[0]?.({ answer: 'usage', rows: [{ ...row, buckets: [] }] });
  await vi.advanceTimersByTimeAsync(0);
  expect([app.usage.rows.length, app.usage.edges.length]).toEqual([0, 13]);
  expect(host.sent.at(-1)).toMatchObject({ command: 'usage.sum', by: 'agent' });
  host.reply = () => ({ code: 'failed', message: 'the disk is gone' });
  await app.usage.load();
  expect(app.usage.loading).toEqual({ is: 'failed', why: 'the disk is gone' });
});
