import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { afterMoves } from './frame';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('one move is drawn right after the frame that shows it', () => {
  const drawn: number[] = [];
  afterMoves()(() => drawn.push(performance.now()));
  expect(drawn).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(drawn).toHaveLength(1);
});

test('while a key is held nothing is drawn that is only passed, and the last once it is let go', () => {
  const follow = afterMoves();
  const drawn: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    follow(() => drawn.push(n));
    vi.advanceTimersByTime(30);
  }
  expect(drawn).toEqual([0]);
  vi.advanceTimersByTime(200);
  expect(drawn).toEqual([0, 19]);
});

test('each list has its own', () => {
  const drawn: string[] = [];
  for (const list of ['a', 'b']) afterMoves()(() => drawn.push(list));
  vi.advanceTimersByTime(20);
  expect(drawn).toEqual(['a', 'b']);
});
