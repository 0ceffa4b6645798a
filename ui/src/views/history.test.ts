import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { alone, entry, NOON, record, source } from '../gallery/samples';
import type { Answer, Command } from '../gen';
import { App } from '../state/app.svelte';
import Window from './Window.svelte';

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: NOON });
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function past(command: Command): Answer {
  if (command.command === 'entry.show') return { answer: 'entry', context: alone(entry(1)) };
  if (command.command !== 'history.timeline') return { answer: 'history', rows: [entry(1)] };
  const counts = command.edges.slice(1).map(() => 3);
  return { answer: 'timeline', timeline: { span: [NOON, NOON], counts } };
}

test('a time is brushed on the strip with the keyboard, said in words, and let go with one click', async () => {
  const host = new FixtureHost(past);
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() });
  app.screen.go('history');
  const bars = await screen.findAllByTestId('timeline-bar');
  expect(bars[0]?.getAttribute('aria-label')).toMatch(/: 3 entries$/);
  expect(bars.map((bar) => bar.tabIndex).filter((index) => index === 0)).toHaveLength(1);

  bars.at(-1)?.focus();
  await userEvent.keyboard('{ArrowLeft}{Shift>}{ArrowLeft}{/Shift}');
  expect(screen.getByTestId('timeline-read').textContent).toMatch(/: 6 entries$/);
  await userEvent.keyboard('{Enter}');
  const { since, until } = app.history.limits;
  expect((until ?? 0) - (since ?? 0)).toBe(2 * 3_600_000);
  const page = host.sent.findLast(({ command }) => command === 'history.page');
  expect(page).toMatchObject({ filter: { since, until } });
  const pressed = screen.getAllByTestId('timeline-bar').map((bar) => bar.getAttribute('aria-pressed'));
  expect(pressed.filter((it) => it === 'true')).toHaveLength(2);

  expect(screen.getByTestId('history-range').textContent).not.toBe('Any time');
  expect(screen.queryByTestId('timeline-wide')).toBeNull();
  app.history.look('deploy');
  await tick();
  expect(screen.getByTestId('timeline-wide')).toBeTruthy();
  await userEvent.click(screen.getByTestId('history-any-time'));
  expect([app.history.range.is, screen.queryByTestId('history-range')]).toEqual(['any', null]);
});

test('how you answered is one press away, as charts and as tables, and an entry that is chosen takes its place', async () => {
  const host = new FixtureHost((command) =>
    command.command === 'record.sum'
      ? { answer: 'record', rows: [record(command.edges.length - 1)] }
      : past(command),
  );
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() });
  app.screen.go('history');
  await userEvent.click(await screen.findByTestId('show-record'));
  const totals = await screen.findByTestId('record-totals');
  expect(totals.textContent).toContain('3 approved, 1 denied');
  expect(screen.getByTestId('record-took-read').textContent).toBe(
    'Half within 8.5 s, 95 of 100 within 3.3 min',
  );
  const last = screen.getByTestId('record-ends-table').querySelector('tbody tr:last-child');
  expect([...(last?.querySelectorAll('td') ?? [])].map((cell) => cell.textContent)).toEqual([
    '3',
    '1',
    '0',
    '0',
    '2',
    '1',
    '0',
  ]);
  app.history.select(entry(1));
  await tick();
  expect([screen.queryByTestId('record'), app.record.shown]).toEqual([null, false]);
});
