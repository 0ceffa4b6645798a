import { expect, test } from 'vitest';

import { approval, question, receipt, source } from '../gallery/samples';
import type { Patch } from '../gen';
import { apply, EMPTY, MissingBatch, type Board } from './board';

function told(board: Board, ...patches: Patch[]): Board {
  return apply(board, { number: board.number + 1, patches });
}

const full = told(
  EMPTY,
  { patch: 'reset' },
  { patch: 'source', row: source() },
  { patch: 'ask', row: approval() },
  { patch: 'ask', row: question() },
);

test('a batch told twice in content changes nothing but its number', () => {
  const again = told(full, { patch: 'ask', row: approval() });
  expect({ ...again, number: full.number }).toEqual(full);
});

test('the board before a batch stays as it was', () => {
  told(full, { patch: 'ask', row: approval({ state: 'held' }) });
  expect(full.asks.get('hive/approval:7')?.state).toBe('open');
});

test('a collection that a batch does not touch stays the same object', () => {
  const after = told(full, { patch: 'ask', row: approval({ state: 'held' }) });
  expect(after.sources).toBe(full.sources);
  expect(after.asks).not.toBe(full.asks);
});

test('a reset forgets everything but the settings', () => {
  const settings = { ...full.settings, undoMs: 1, notifications: false, singleKeys: false };
  const after = told(told(full, { patch: 'settings', settings }), { patch: 'reset' });
  expect(after.asks.size + after.sources.size).toBe(0);
  expect(after.settings).toEqual(settings);
});

test('what a batch touched before a reset in it is forgotten, too', () => {
  const after = told(
    full,
    { patch: 'ask', row: approval() },
    { patch: 'reset' },
    { patch: 'ask', row: question() },
  );
  expect([...after.asks.keys()]).toEqual(['hive/question:3']);
});

test('a missing number is said', () => {
  expect(() => apply(full, { number: full.number + 2, patches: [] })).toThrow(MissingBatch);
  expect(() => apply(full, { number: full.number, patches: [] })).toThrow(MissingBatch);
});

test('a source that goes takes all of its own with it, and nothing of a source with a longer name', () => {
  const other = approval({ key: 'hive2/approval:1', source: 'hive2' });
  const after = told(told(full, { patch: 'ask', row: other }, { patch: 'receipt', row: receipt() }), {
    patch: 'sourceGone',
    source: 'hive',
  });
  expect([...after.asks.keys()]).toEqual(['hive2/approval:1']);
  expect(after.sources.size + after.receipts.size).toBe(0);
});

test('an older answer does not take the place of a newer one', () => {
  const newer = receipt({ intent: 'b', answeredAt: 2 });
  const after = told(
    full,
    { patch: 'receipt', row: newer },
    { patch: 'receipt', row: receipt({ answeredAt: 1 }) },
  );
  expect(after.receipts.get('hive/approval:7')).toEqual(newer);
});

test('of many settled asks only the newest are kept, and no open one is lost', () => {
  let board = full;
  for (let n = 0; n < 1500; n += 1) {
    board = told(board, { patch: 'ask', row: approval({ key: `hive/approval:old${n}`, state: 'settled' }) });
  }
  expect(board.asks.size).toBeLessThanOrEqual(1000);
  expect(board.asks.has('hive/approval:7')).toBe(true);
  expect(board.asks.has('hive/approval:old1499')).toBe(true);
});
