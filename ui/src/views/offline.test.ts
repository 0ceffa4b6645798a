import { cleanup, render, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { agent, approval, NOON, source, task, thread, usage } from '../gallery/samples';
import type { AskView, SourceView } from '../gen';
import { App } from '../state/app.svelte';
import Window from './Window.svelte';

let host: FixtureHost;

beforeEach(() => {
  // By day: a minute before midnight is another date.
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  localStorage.clear();
  location.hash = '';
  host = new FixtureHost((command) =>
    command.command === 'usage.sum'
      ? { answer: 'usage', rows: [usage(command.edges.length - 1)] }
      : { answer: 'done' },
  );
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

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

test.each([
  { place: 'agents', row: 'agent-row', patch: { patch: 'agent', row: agent() } },
  { place: 'threads', row: 'thread-row', patch: { patch: 'thread', row: thread('session:1') } },
  { place: 'tasks', row: 'task-row', patch: { patch: 'task', row: task(1) } },
] as const)(
  'how $place are at a source that is not live says from when it is',
  async ({ place, row, patch }) => {
    location.hash = `#/${place}`;
    const known = source({ link: { state: 'connecting' }, asOf: Date.now() - 60_000 });
    await open(known, approval());
    host.push(patch);
    await tick();
    expect(within(screen.getByTestId(row)).getByTestId('as-of').textContent).toMatch(/^as of \d/);
    host.push({ patch: 'source', row: source() });
    await tick();
    expect(screen.queryByTestId('as-of')).toBeNull();
  },
);

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
