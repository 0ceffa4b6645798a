import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { approval, offer, question, source } from '../gallery/samples';
import type { AskView, Intent } from '../gen';
import { App } from '../state/app.svelte';
import { ARMING } from '../state/arming';
import Window from './Window.svelte';

let user: UserEvent;
let host: FixtureHost;
let app: App;

const ask = (n: number, more: Partial<AskView> = {}): AskView =>
  approval({ key: `hive/approval:${n}`, title: `ask ${n}`, askedAt: n, shown: `hash-${n}`, ...more });

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: Date.UTC(2026, 10, 21, 12) });
  localStorage.clear();
  location.hash = '';
  user = userEvent.setup();
  host = new FixtureHost();
  app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() });
  for (const row of [ask(1), ask(2), ask(3)]) host.push({ patch: 'ask', row });
  await tick();
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** Looks at an ask for long enough, and chooses it. */
async function choose(n: number): Promise<void> {
  // The first one is on screen already, since just now.
  app.inbox.select(null);
  app.inbox.select(`hive/approval:${n}`, performance.now() - ARMING);
  await tick();
  await user.keyboard('x');
}

function sent(): Intent[] {
  return host.sent.flatMap((command) => (command.command === 'intent.take' ? [command.intent] : []));
}

test('what was looked at and chosen is listed, and exactly that is answered, each as it was shown', async () => {
  await choose(1);
  await choose(3);
  expect(screen.getByTestId('batch').textContent).toContain('2 chosen');
  await user.keyboard('{Shift>}a{/Shift}');
  const rows = within(screen.getByTestId('batch-dialog')).getAllByTestId('batch-row');
  expect(rows.map((row) => row.dataset['key'])).toEqual(['hive/approval:1', 'hive/approval:3']);
  expect(sent()).toEqual([]);
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(sent().map(({ key, offer, shown }) => [key, offer, shown])).toEqual([
    ['hive/approval:1', 'approve', 'hash-1'],
    ['hive/approval:3', 'approve', 'hash-3'],
  ]);
  expect(screen.queryByTestId('batch')).toBeNull();
});

test('what changed since it was looked at is not among them, and this is said', async () => {
  await choose(1);
  await choose(2);
  host.push({ patch: 'ask', row: ask(2, { shown: 'something else' }) });
  await tick();
  expect(screen.getByTestId('batch').textContent).toMatch(/1 chosen.*1 changed since you looked/s);
  await user.click(screen.getByTestId('batch-yes'));
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(sent().map(({ key }) => key)).toEqual(['hive/approval:1']);
});

test('it changes while the dialog is open: what is not there any more gets no answer', async () => {
  await choose(1);
  await choose(2);
  await user.click(screen.getByTestId('batch-no'));
  host.push({ patch: 'ask', row: ask(1, { state: 'settled', outcome: 'denied', by: 'mia' }) });
  await tick();
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(sent().map(({ key, offer }) => [key, offer])).toEqual([['hive/approval:2', 'deny']]);
});

test('what has just come up, a question, and what is dangerous cannot be chosen', async () => {
  app.inbox.select('hive/approval:2');
  await user.keyboard('x');
  expect(screen.queryByTestId('batch')).toBeNull();
  const danger = offer('approve', 'Approve', { tone: 'yes', danger: 'confirm' });
  host.push({ patch: 'ask', row: ask(4, { offers: [danger, ...approval().offers.slice(1)] }) });
  host.push({ patch: 'ask', row: question({ key: 'hive/question:5' }) });
  await choose(4);
  app.inbox.select('hive/question:5', performance.now() - ARMING);
  await tick();
  await user.keyboard('x');
  expect(screen.queryByTestId('batch')).toBeNull();
  expect(screen.queryByTestId('choose')).toBeNull();
});

test('chosen again it is let go, and all are let go at once', async () => {
  await choose(2);
  await choose(1);
  await user.keyboard('x');
  expect(screen.getByTestId('batch').textContent).toContain('1 chosen');
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(screen.queryByTestId('batch')).toBeNull();
});
