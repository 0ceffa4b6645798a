import { expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { receipt } from '../gallery/samples';
import type { ReceiptView } from '../gen';
import { Desk } from './desk.svelte';
import { Verdicts } from './verdicts.svelte';

function begin(...rows: ReceiptView[]): { it: Verdicts; tell: (more: Partial<ReceiptView>) => void } {
  const host = new FixtureHost();
  const desk = new Desk(host, (paint) => paint());
  const it = new Verdicts(desk);
  desk.open();
  host.push({ patch: 'reset' }, ...rows.map((row) => ({ patch: 'receipt' as const, row })));
  return {
    it,
    tell: (more) => host.push({ patch: 'receipt', row: receipt({ surface: 'window', ...more }) }),
  };
}

test.each(['lost', 'expired', 'unknown', 'stuck'] as const)(
  'an answer that is %s is said until it is seen',
  (verdict) => {
    const { it, tell } = begin();
    tell({ verdict: 'pending' });
    expect(it.rows).toEqual([]);
    tell({ verdict });
    expect(it.rows.map((row) => row.verdict)).toEqual([verdict]);
    it.seen(receipt().intent);
    expect(it.rows).toEqual([]);
  },
);

test('what was done needs no word, nor what another surface did, nor what fell before we looked', () => {
  const { it, tell } = begin(receipt({ intent: 'i-3', key: 'hive/approval:9', verdict: 'stuck' }));
  tell({ verdict: 'pending' });
  tell({ verdict: 'won' });
  tell({ intent: 'i-2', key: 'hive/approval:8', verdict: 'pending', surface: 'commandLine' });
  tell({ intent: 'i-2', key: 'hive/approval:8', verdict: 'lost', surface: 'commandLine' });
  expect(it.rows).toEqual([]);
});

test('what is tried again is on its way, and said again where that fails too', () => {
  const { it, tell } = begin();
  tell({ verdict: 'pending' });
  tell({ verdict: 'stuck' });
  tell({ verdict: 'pending' });
  expect(it.rows).toEqual([]);
  it.seen(receipt().intent);
  tell({ verdict: 'stuck' });
  expect(it.rows).toHaveLength(1);
});

test('what is over within a frame is said all the same', () => {
  const { it, tell } = begin();
  tell({ verdict: 'lost' });
  expect(it.rows).toHaveLength(1);
});
