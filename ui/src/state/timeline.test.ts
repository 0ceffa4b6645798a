import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { entry, NOON } from '../gallery/samples';
import type { Answer, Command } from '../gen';
import { Clock } from './clock.svelte';
import { Desk } from './desk.svelte';
import { edgesOver, lastHours, Timeline } from './timeline.svelte';

beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => void vi.useRealTimers());

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ALL = { source: null, kind: null, agent: null, outcome: null, by: null, search: null };

function counted(command: Command): Answer {
  if (command.command !== 'history.timeline') throw new Error('not a timeline');
  const counts = command.edges.slice(1).map((_, at) => at);
  return { answer: 'timeline', timeline: { span: [NOON - 2 * HOUR, NOON], counts, countedFrom: null } };
}

function timeline(): { it: Timeline; host: FixtureHost; asked: () => number } {
  const host = new FixtureHost(counted);
  const desk = new Desk(
    host,
    (paint) => paint(),
    (over) => over(),
  );
  const it = new Timeline(host, desk, new Clock());
  desk.open();
  host.push({ patch: 'reset' });
  return { it, host, asked: () => host.sent.filter(({ command }) => command === 'history.timeline').length };
}

test.each([
  [3 * HOUR, HOUR],
  [5 * DAY, DAY],
  [300 * DAY, 7 * DAY],
  [1500 * DAY, 30 * DAY],
  [40_000 * DAY, 30 * DAY],
  [9e18, 30 * DAY],
])('a time of %d ms has few enough bars, and ends with now', (long, about) => {
  const edges = edgesOver([NOON - long, NOON + 9e18], NOON);
  expect(edges.length).toBeLessThanOrEqual(73);
  expect(edges.every((edge, at) => at === 0 || edge > (edges[at - 1] ?? 0))).toBe(true);
  const [last = 0, end = 0] = edges.slice(-2);
  expect(last <= NOON && NOON < end).toBe(true);
  expect((end - last) / about).toBeCloseTo(1, 0);
  if (long < 72 * 30 * DAY) expect(edges[0]).toBeLessThanOrEqual(NOON - long);
});

test('what is only in the future is still shown', () => {
  const edges = edgesOver([NOON + DAY, NOON + 2 * DAY], NOON);
  expect((edges[0] ?? 0) <= NOON + DAY && NOON + 2 * DAY < (edges.at(-1) ?? 0)).toBe(true);
});

test('entries are counted for their filter, and again after a while when more arrive', async () => {
  const { it, host, asked } = timeline();
  const end = it.watch({ ...ALL, kind: 'ask' });
  await vi.advanceTimersByTimeAsync(0);
  expect(it.bars.map(({ count }) => count)).toEqual(Array.from({ length: 24 }, (_, at) => at));
  expect(host.sent.at(-1)).toMatchObject({ filter: { kind: 'ask', since: null, until: null } });
  for (const number of [1, 2, 3]) host.push({ patch: 'entry', row: entry(number) });
  expect(asked()).toBe(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(4);
  // Too many came to be told one by one.
  host.push({ patch: 'entriesMissed' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(6);
  end();
  host.push({ patch: 'entry', row: entry(4) });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(6);
});

test('what is looked for is counted once the keys rest', async () => {
  const { it, host, asked } = timeline();
  for (const search of ['d', 'de', 'dep']) {
    const end = it.watch({ ...ALL, search });
    await vi.advanceTimersByTimeAsync(50);
    if (search !== 'dep') end();
  }
  expect([asked(), it.areFound]).toEqual([0, false]);
  await vi.advanceTimersByTimeAsync(100);
  expect([asked(), it.areFound]).toEqual([2, true]);
  expect(host.sent.at(-1)).toMatchObject({ filter: { search: 'dep' } });
});

test('what comes late for another filter is not shown, and a failure is said', async () => {
  const { it, host } = timeline();
  const late: ((answer: Answer) => void)[] = [];
  host.reply = () => new Promise<Answer>((resolve) => late.push(resolve));
  it.watch(ALL)();
  host.reply = () => ({ answer: 'timeline', timeline: { span: null, counts: [], countedFrom: null } });
  it.watch({ ...ALL, agent: 'coder' });
  late[0]?.(counted({ command: 'history.timeline', edges: [] } as unknown as Command));
  host.reply = () => ({ code: 'failed', message: 'the disk is gone' });
  await vi.advanceTimersByTimeAsync(0);
  expect([it.bars, it.failed]).toEqual([[], 'the disk is gone']);
});

test('the last day is 24 hours, of which the newest is not over', () => {
  const edges = lastHours(NOON + 5);
  expect(edges).toHaveLength(25);
  expect(edges.at(-2)).toBeLessThanOrEqual(NOON + 5);
  expect(edges.at(-1)).toBeGreaterThan(NOON + 5);
  for (const [at, edge] of edges.slice(1).entries()) expect(edge - (edges[at] ?? 0)).toBe(HOUR);
});

test('a time of its own is counted at once, however far the history reaches', async () => {
  const host = new FixtureHost(counted);
  const it = new Timeline(host, new Desk(host, (paint) => paint()), new Clock(), lastHours);
  it.watch(ALL);
  await vi.waitFor(() => expect(it.bars).toHaveLength(24));
  expect(host.sent).toHaveLength(1);
});
