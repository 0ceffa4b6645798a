import { afterEach, expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { approval, NOON } from '../gallery/samples';
import type { AskView, Patch } from '../gen';
import { Clock } from './clock.svelte';
import { Desk } from './desk.svelte';
import { Inbox, LINGER, STILL } from './inbox.svelte';
import type { Grouping } from './looks.svelte';

let grouping: Grouping = 'deadline';

afterEach(() => {
  grouping = 'deadline';
  frames = null;
});

/** Frames wait here while there is a list for them. */
let frames: (() => void)[] | null = null;

function inbox(...rows: AskView[]): { inbox: Inbox; clock: Clock; tell: (...rows: AskView[]) => void } {
  const host = new FixtureHost();
  const desk = new Desk(host, (paint) => (frames === null ? paint() : void frames.push(paint)));
  const clock = new Clock();
  clock.now = NOON;
  const made = new Inbox(desk, clock, () => grouping);
  desk.open();
  const asks = (list: AskView[]): Patch[] => list.map((row) => ({ patch: 'ask', row }));
  host.push({ patch: 'reset' }, ...asks(rows));
  return { inbox: made, clock, tell: (...more) => host.push(...asks(more)) };
}

function ask(n: number, more: Partial<AskView> = {}): AskView {
  return approval({ key: `hive/approval:${n}`, title: `ask ${n}`, askedAt: NOON + n, ...more });
}

const keys = (it: Inbox): string[] => it.listed.map((row) => row.key.split(':')[1] ?? '');

test('deadlines come first, the nearest on top, then the longest waiting', () => {
  const { inbox: it } = inbox(
    ask(4),
    ask(1, { expiresAt: NOON + 9e8 }),
    ask(3),
    ask(2, { expiresAt: NOON + 60_000 }),
  );
  expect(keys(it)).toEqual(['2', '1', '3', '4']);
  expect(it.groups.map((group) => group.title)).toEqual(['Due soon', 'Due later', 'No deadline']);
});

test('the first ask is on screen at the start, and a newcomer does not take its place', () => {
  const { inbox: it, tell } = inbox(ask(1), ask(2));
  expect(it.selected).toBe('hive/approval:1');
  tell(ask(3, { expiresAt: NOON + 1000 }));
  expect(it.selected).toBe('hive/approval:1');
  expect(it.announcement).toBe('New: ask 3');
});

test('what somebody else answered keeps its place for a while, then goes', () => {
  const { inbox: it, clock, tell } = inbox(ask(1), ask(2), ask(3));
  tell(ask(2, { state: 'settled', outcome: 'denied', by: 'mia' }));
  expect(keys(it)).toEqual(['1', '2', '3']);
  expect(it.waiting.length).toBe(2);
  expect(it.announcement).toBe('ask 2: denied by mia');
  it.prune(clock.now + LINGER - 1);
  expect(keys(it)).toEqual(['1', '2', '3']);
  it.prune(clock.now + LINGER);
  expect(keys(it)).toEqual(['1', '3']);
});

test('nothing goes from under the pointer, nor from the screen', () => {
  const { inbox: it, clock, tell } = inbox(ask(1), ask(2));
  tell(ask(1, { state: 'settled' }), ask(2, { state: 'settled' }));
  it.holdStill(clock.now);
  it.prune(clock.now + LINGER);
  expect(keys(it)).toEqual(['1', '2']);
  it.letGo();
  it.prune(clock.now + LINGER);
  expect(keys(it)).toEqual(['1']);
});

test('what comes in while the pointer moves over the list stands below it, and goes to its place after that', () => {
  const { inbox: it, clock, tell } = inbox(ask(1), ask(2));
  it.holdStill(clock.now);
  tell(ask(3, { expiresAt: NOON + 60_000 }), ask(1, { expiresAt: NOON + 9e8 }));
  expect(keys(it)).toEqual(['1', '2', '3']);
  expect(it.groups.map((group) => group.title)).toEqual(['No deadline', 'Just in']);
  it.letGo();
  expect(keys(it)).toEqual(['3', '1', '2']);
});

test('a pointer that was left lying on the list holds nothing for long, and a filter is what was asked for', () => {
  const { inbox: it, clock, tell } = inbox(ask(1), ask(2));
  it.holdStill(clock.now);
  tell(ask(3, { expiresAt: NOON + 60_000 }));
  it.prune(clock.now + STILL - 1);
  expect(keys(it)).toEqual(['1', '2', '3']);
  it.filter = 'ask';
  expect(keys(it)).toEqual(['3', '1', '2']);
  it.filter = '';
  it.prune(clock.now + STILL);
  expect(keys(it)).toEqual(['3', '1', '2']);
});

test('what had ended before we looked is not in the list', () => {
  const { inbox: it } = inbox(ask(1, { state: 'settled' }), ask(2));
  expect(keys(it)).toEqual(['2']);
});

test('the next that waits is below first, then from the top, never one that is answered', () => {
  const { inbox: it, tell } = inbox(ask(1), ask(2), ask(3), ask(4));
  tell(ask(3, { state: 'sent' }));
  it.select('hive/approval:2');
  expect(it.next()).toBe(true);
  expect(it.selected).toBe('hive/approval:4');
  expect(it.next()).toBe(true);
  expect(it.selected).toBe('hive/approval:1');
  tell(ask(2, { state: 'sent' }), ask(4, { state: 'sent' }));
  expect(it.next()).toBe(false);
});

test('moving stops at the ends', () => {
  const { inbox: it } = inbox(ask(1), ask(2));
  it.move(-1);
  expect(it.selected).toBe('hive/approval:1');
  it.move(1);
  it.move(1);
  expect(it.selected).toBe('hive/approval:2');
});

test('the newest held answer is the one to undo', () => {
  const { inbox: it } = inbox(
    ask(1, { state: 'held', heldUntil: NOON + 1 }),
    ask(2, { state: 'held', heldUntil: NOON + 2 }),
  );
  expect(it.held[0]?.key).toBe('hive/approval:2');
});

test('the filter looks at title, agent and detail', () => {
  const { inbox: it } = inbox(ask(1, { agent: 'planner' }), ask(2, { detail: 'about the Planet' }), ask(3));
  it.filter = 'PLAN';
  expect(keys(it)).toEqual(['1', '2']);
});

test('keys sleep when another ask comes on screen, and when this one changes under the operator', () => {
  const { inbox: it, tell } = inbox(ask(1), ask(2));
  it.select('hive/approval:2', 0);
  expect(it.isArmed(249)).toBe(false);
  expect(it.isArmed(250)).toBe(true);
  tell(ask(2, { shown: 'something else' }));
  expect(it.isArmed()).toBe(false);
});

test('the list goes on before the ask is drawn; until then nothing is answered, and from then the keys sleep', () => {
  const { inbox: it } = inbox(ask(1), ask(2), ask(3));
  it.select('hive/approval:2', 0);
  expect(it.isArmed(1000)).toBe(true);
  frames = [];
  it.select('hive/approval:1', 2000);
  it.select('hive/approval:3', 2000);
  expect([it.selected, it.current?.key]).toEqual(['hive/approval:3', 'hive/approval:2']);
  expect([it.isArmed(1000), it.isSteady(1000)]).toEqual([false, false]);
  frames.forEach((draw) => draw());
  expect(it.current?.key).toBe('hive/approval:3');
  expect([it.isArmed(2249), it.isSteady(2000), it.isArmed(2250)]).toEqual([false, true, true]);
});

test('under sources and agents the nearest deadline still comes first, and the keys walk what is seen', () => {
  const rows = [
    ask(1, { agent: 'planner' }),
    ask(2, { agent: 'coder', expiresAt: NOON + 60_000 }),
    ask(3, { agent: 'planner', expiresAt: NOON + 90_000 }),
    ask(4, { agent: null, source: 'other', key: 'other/approval:4' }),
  ];
  grouping = 'agent';
  const { inbox: it } = inbox(...rows);
  expect(it.groups.map((group) => [group.title, group.rows.length])).toEqual([
    ['coder · hive', 1],
    ['planner · hive', 2],
    ['Nobody in particular · other', 1],
  ]);
  expect(keys(it)).toEqual(['2', '3', '1', '4']);
  it.select('hive/approval:2');
  it.move(1);
  expect(it.selected).toBe('hive/approval:3');
  grouping = 'source';
  expect(inbox(...rows).inbox.groups.map((group) => group.title)).toEqual(['hive', 'other']);
});
