import { cleanup, render, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { approval, source } from '../gallery/samples';
import type { AskView, SourceView } from '../gen';
import { App } from '../state/app.svelte';
import Window from './Window.svelte';

let host: FixtureHost;

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
  host = new FixtureHost();
});

afterEach(cleanup);

async function open(row: SourceView, ask: AskView): Promise<void> {
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row }, { patch: 'ask', row: ask });
  await tick();
}

test('what waits at a source that is not live says from when it is, in the list and on its own', async () => {
  const at = Date.now() - 60_000;
  await open(source({ link: { state: 'connecting' }, asOf: at }), approval());
  const row = screen.getByTestId('ask-row');
  const detail = screen.getByTestId('ask-detail');
  for (const place of [row, detail]) {
    const mark = within(place).getByTestId('as-of');
    expect(mark.textContent).toMatch(/^as of \d/);
    expect(mark.title).toContain('hive prod is not live');
  }
  host.push({ patch: 'source', row: source() });
  await tick();
  expect(screen.queryByTestId('as-of')).toBeNull();
});

test('an answer to a source that is not live is said to be kept', async () => {
  await open(
    source({ link: { state: 'connecting' }, asOf: Date.now() - 60_000 }),
    approval({ state: 'sending' }),
  );
  expect(screen.getByTestId('outcome').textContent).toContain('is kept until hive prod is back');
  host.push({ patch: 'source', row: source() });
  await tick();
  expect(screen.getByTestId('outcome').textContent).toContain('is on its way');
});
