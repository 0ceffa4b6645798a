import { expect, test } from 'vitest';

import { Palette, type Target } from './palette.svelte';
import { prepare } from './seek';

interface Opened {
  palette: Palette;
  /** Has the next piece looked at. */
  goOn: () => void;
  /** Has all looked at. */
  finish: () => void;
  /** Nothing more is typed for a while. */
  rest: () => void;
  shown: () => string[];
  /** What was taken, by its title. */
  taken: string[];
  take: (at: number) => void;
}

/** One that has time for one piece at once, over as many rows of which some are named. */
function opened(named: Record<number, string>, rows = 4000): Opened {
  const due: (() => void)[] = [];
  const taken: string[] = [];
  let now = 0;
  const target = (n: number): Target => ({
    kind: 'thread',
    title: named[n] ?? `other ${n}`,
    about: '',
    run: () => undefined,
  });
  const all = Array.from({ length: rows }, (_, n) => prepare(target(n)));
  let rest: () => void = () => undefined;
  const palette = new Palette(
    () => all,
    (run) => due.push(run),
    () => (now += 1000),
    (draw) => (rest = draw),
  );
  palette.open();
  return {
    palette,
    goOn: () => due.shift()?.(),
    finish: () => {
      while (due.length > 0) due.shift()?.();
    },
    rest: () => rest(),
    shown: () => palette.found.map(({ title }) => title),
    taken,
    take: (at) => palette.take(at, ({ title }) => taken.push(title)),
  };
}

test('what is found first is shown at once, and changes once more: when nothing better can come', () => {
  const { palette, goOn, finish, shown } = opened({ 3: 'the baker', 1600: 'a baker', 3600: 'baker' });
  palette.say('baker');
  expect([shown(), palette.isSeeking]).toEqual([['the baker'], true]);
  goOn();
  expect([shown(), palette.isSeeking]).toEqual([['the baker'], true]);
  finish();
  expect([shown(), palette.isSeeking]).toEqual([['baker', 'the baker', 'a baker'], false]);
});

test('what is found late is shown when it is found, and that there is nothing only once all was looked at', () => {
  const { palette, goOn, finish, shown } = opened({ 200: 'a baker' });
  palette.say('baker');
  expect([shown(), palette.isSeeking]).toEqual([[], true]);
  goOn();
  expect([shown(), palette.isSeeking]).toEqual([['a baker'], true]);
  palette.say('nobody');
  expect([shown(), palette.isSeeking]).toEqual([[], true]);
  finish();
  expect([shown(), palette.isSeeking]).toEqual([[], false]);
});

test('a letter more begins anew, and what was left of the words before shows nothing', () => {
  const { palette, finish, shown } = opened({ 3: 'a bark', 3600: 'baker' });
  palette.say('ba');
  expect(shown()).toEqual(['a bark']);
  palette.say('bak');
  expect(shown()).toEqual([]);
  finish();
  expect(shown()).toEqual(['baker']);
  palette.say('ba');
  finish();
  expect(shown()).toEqual(['baker', 'a bark']);
});

test('while better ones may come, what stands at a place is taken at the end, if it stands there still', () => {
  const { palette, finish, taken, take } = opened({ 3: 'baker', 1600: 'a baker' });
  palette.say('baker');
  take(0);
  expect(taken).toEqual([]);
  finish();
  expect(taken).toEqual(['baker']);
  take(1);
  expect(taken).toEqual(['baker', 'a baker']);
});

test('neither what lost its place is taken, nor what came there unseen', () => {
  const { palette, finish, shown, taken, take } = opened({ 3: 'a baker', 3600: 'baker' });
  palette.say('baker');
  for (const place of [0, 1]) take(place);
  finish();
  expect([shown()[0], taken]).toEqual(['baker', []]);
});

test('other words, another choice and closing undo what was to be taken', () => {
  const { palette, finish, taken, take } = opened({ 3: 'baker', 5: 'a baker' });
  palette.say('baker');
  take(0);
  palette.say('bake');
  finish();
  palette.say('');
  palette.say('baker');
  take(0);
  palette.move(1);
  finish();
  palette.say('');
  palette.say('baker');
  take(0);
  palette.close();
  finish();
  expect([taken, palette.found]).toEqual([[], []]);
});

test('what the operator moved to stays chosen where better ones come, and is taken at once', () => {
  const { palette, finish, shown, taken, take } = opened({ 3: 'a baker', 5: 'the baker', 3600: 'baker' });
  palette.say('baker');
  palette.move(1);
  expect(palette.chosen?.title).toBe('the baker');
  take(palette.at);
  expect(taken).toEqual(['the baker']);
  finish();
  expect([shown()[0], palette.at, palette.chosen?.title]).toEqual(['baker', 2, 'the baker']);
});

test('it has the last place where all that came are better', () => {
  const better = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [1200 + n, `baker ${n}`]));
  const { palette, finish, shown } = opened({ ...better, 3: 'a baker', 5: 'the baker' });
  palette.say('baker');
  palette.move(1);
  finish();
  expect([shown().length, shown()[0], palette.at, palette.chosen?.title]).toEqual([
    50,
    'baker 0',
    49,
    'the baker',
  ]);
});

test('without being moved the choice is the best of all', () => {
  const { palette, finish } = opened({ 3: 'a baker', 3600: 'baker' });
  palette.say('baker');
  finish();
  expect([palette.at, palette.chosen?.title]).toEqual([0, 'baker']);
});

test('a letter waits for the first of what is found, and the others follow once nothing more is typed', () => {
  const { palette, finish, rest } = opened({}, 60);
  const listed = (): number[] => [palette.listed.length, palette.found.length];
  palette.say('other');
  finish();
  expect(listed()).toEqual([10, 50]);
  rest();
  expect(listed()).toEqual([50, 50]);
  palette.say('othe');
  finish();
  expect(listed()).toEqual([10, 50]);
  palette.move(-1);
  expect([palette.listed.length, palette.listed[palette.at]]).toEqual([50, palette.chosen]);
});
