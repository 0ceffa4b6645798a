import { expect, test } from 'vitest';

import { canBe, hold, isSingle, NAMES, TABLE, taker } from './key-table';

const { held: COME } = hold({});

test('as they come, no two keys meet, and all of them can be set again', () => {
  for (const name of NAMES) {
    expect([name, taker(name, TABLE[name].keys, COME)]).toEqual([name, undefined]);
    expect(canBe(name, TABLE[name].keys)).toBe(true);
  }
});

test.each([
  ['approve', 'w', 'nextWaiting'],
  ['approve', 'g', 'inbox'],
  ['approve', '3', 'pick'],
  ['approve', 'j', 'next'],
  ['nextWaiting', 'a', 'approve'],
  ['nextWaiting', 'n', 'addSource'],
  ['addSource', 'a', undefined],
  ['approve', 'q', undefined],
  ['agents', 'g q', undefined],
  ['agents', 'a q', 'approve'],
] as const)('%s on %s meets %s', (name, keys, other) => {
  expect(taker(name, keys, COME)).toBe(other);
});

test.each(['q', 'ä', 'ф', '+', '9', 'shift+q', 'f2', 'mod+j', 'mod+shift+k', 'q w', 'g shift+q'])(
  '%j can be a key',
  (keys) => expect(canBe('approve', keys)).toBe(true),
);

test.each([
  '',
  ' ',
  'Q',
  'tab',
  'enter',
  'escape',
  'arrowdown',
  'shift+1',
  'f13',
  'mod+c',
  'mod+z',
  'mod+enter',
  'q w e',
  'mod+q w',
  '1-9',
])('%j cannot', (keys) => expect(canBe('approve', keys)).toBe(false));

test('what writes a character is a single key, alone or after another', () => {
  expect(['a', 'shift+d', 'g i', '1-9', '/', 'f2 a'].map(isSingle)).toEqual(Array(6).fill(true));
  expect(['mod+k', 'enter', 'escape', 'arrowdown', 'f2', 'mod+shift+k'].map(isSingle)).toEqual(
    Array(6).fill(false),
  );
});

test('keys that change places hold, and so does a key that was switched off', () => {
  const { held, bad } = hold({ approve: 'd', deny: 'a', undo: null });
  expect([held.approve, held.deny, held.undo, bad]).toEqual(['d', 'a', null, []]);
});

test('what cannot be is left out and named, and everything else holds', () => {
  const { held, bad } = hold({ approve: 'mod+c', dance: 'q', back: null, pick: 'p', next: 'n', deny: 'y' });
  expect(bad.toSorted()).toEqual(['approve', 'back', 'dance', 'next', 'pick']);
  expect(held).toEqual({ ...COME, deny: 'y' });
});

test('whatever was kept, no two keys meet', () => {
  // Both want the same; where one is left out, its own key is in the way of a third.
  for (const kept of [
    { approve: 'q', deny: 'q' },
    { approve: 'mod+c', deny: 'a', undo: 'd' },
    { inbox: 'a', approve: 'g' },
    Object.fromEntries(NAMES.map((name) => [name, 'q'])),
  ]) {
    const { held, bad } = hold(kept);
    expect(bad).not.toEqual([]);
    for (const name of NAMES) {
      const keys = held[name];
      if (keys !== null) expect([name, taker(name, keys, held)]).toEqual([name, undefined]);
    }
  }
});
