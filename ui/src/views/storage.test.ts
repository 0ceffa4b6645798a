import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { source, STORAGE } from '../gallery/samples';
import { App } from '../state/app.svelte';
import Window from './Window.svelte';

const user = userEvent.setup();
let host: FixtureHost;

beforeEach(async () => {
  localStorage.clear();
  location.hash = '';
  host = new FixtureHost(({ command }) =>
    command === 'storage.count' ? { answer: 'counted', entries: 1234 } : { answer: 'done' },
  );
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() });
  app.screen.go('settings');
  await tick();
  await screen.findByTestId('storage-parts');
});

afterEach(cleanup);

test('where the bytes are is read as a table, and so is what is kept', () => {
  const rows = screen.getByTestId('storage-parts').querySelectorAll('tbody tr');
  expect([...rows].map((row) => row.textContent.replaceAll(/\s+/g, ' ').trim())).toContain(
    'Frames, as they came 27.3 MB',
  );
  expect(screen.getByTestId('storage-by-kind').textContent).toContain('60,100');
  expect(screen.getByTestId('index-lag').textContent).toContain('12,400 lines behind');
  expect(screen.getByTestId('storage').textContent).toContain('stream of all sources: at most 30 days, 2 GB');
});

test('clearing says how many lines would go, and takes those', async () => {
  await user.click(screen.getByTestId('storage-clear'));
  await user.selectOptions(screen.getByTestId('portion-kind'), 'stream');
  const go = screen.getByTestId('clearing-go');
  await expect.poll(() => go.textContent).toContain('Clear 1,234 lines');
  await user.click(go);
  const portion = { source: null, kind: 'stream' };
  const counted = host.sent.findLast(({ command }) => command === 'storage.count');
  const cleared = host.sent.find(({ command }) => command === 'storage.clear');
  expect(cleared).toEqual({ ...counted, command: 'storage.clear' });
  expect(cleared).toMatchObject({ portion });
});

test('a rule needs a number, and is added to those that are there', async () => {
  await user.click(screen.getByTestId('rule-new'));
  const add = screen.getByTestId<HTMLButtonElement>('rule-add');
  expect(add.disabled).toBe(true);
  await user.type(screen.getByTestId('rule-days'), 'many');
  expect(add.disabled).toBe(true);
  await user.clear(screen.getByTestId('rule-days'));
  await user.type(screen.getByTestId('rule-megabytes'), '18');
  // About half of the 36.5 MB, receipts left out.
  await expect.poll(() => screen.queryByTestId('rule-excess')?.textContent).toMatch(/^About 51,344 lines/);
  await user.click(add);
  const fresh = { portion: { source: null, kind: null }, days: null, entries: null, bytes: 18_000_000 };
  expect(host.sent).toContainEqual({
    command: 'retention.set',
    rules: [...STORAGE.rules.map(({ rule }) => rule), fresh],
  });
});
