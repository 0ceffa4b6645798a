import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { entry, NOON, source } from '../gallery/samples';
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
