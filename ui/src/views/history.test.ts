import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { alone, entry, NOON, record, source } from '../gallery/samples';
import type { Answer, Command, SavedSearch } from '../gen';
import { Refused } from '../host';
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
  const countedFrom = command.filter.search === null ? null : NOON - 90 * 60_000;
  return { answer: 'timeline', timeline: { span: [NOON, NOON], counts, countedFrom } };
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
  const countedFrom = (): HTMLElement | null => screen.queryByTestId('timeline-counted-from');
  expect(countedFrom()).toBeNull();
  app.history.look('deploy');
  // Too many are found: the newest are counted, and no bar says of the others that there are none.
  await waitFor(() => expect(countedFrom()?.textContent).toContain('back to'));
  const said = screen.getAllByTestId('timeline-bar').map((bar) => bar.getAttribute('aria-label') ?? '');
  expect(said.slice(-4).map((words) => words.replace(/^.*: /, ''))).toEqual([
    'not counted',
    '3 found, older ones not counted',
    '3 found',
    '3 found',
  ]);
  app.history.look('');
  await waitFor(() => expect(countedFrom()).toBeNull());
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
    '2',
    '1',
    '0',
  ]);
  app.history.select(entry(1));
  await tick();
  expect([screen.queryByTestId('record'), app.record.shown]).toEqual([null, false]);
});

test('a search is saved under a name, used with one press, renamed and removed', async () => {
  const searches: SavedSearch[] = [];
  const host: FixtureHost = new FixtureHost((command) => {
    if (command.command === 'search.save') {
      const { search, insteadOf } = command;
      if (search.name === '') return { code: 'invalid', message: 'Give the search a name.' };
      const others = searches.filter(({ name }) => name !== insteadOf);
      searches.splice(0, searches.length, ...others, search);
    } else if (command.command === 'search.remove') {
      searches.length = 0;
    } else return past(command);
    host.push({ patch: 'searches', rows: [...searches] });
    return { answer: 'searches', rows: [...searches] };
  });
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() });
  app.screen.go('history');
  expect(screen.queryByTestId('save-search')).toBeNull();
  app.history.choose({ kind: 'receipt', range: { is: 'week' } });
  app.history.look('deploy');
  await userEvent.click(await screen.findByTestId('save-search'));
  await userEvent.click(screen.getByTestId('search-save'));
  expect((await screen.findByRole('alert')).textContent).toBe('Give the search a name.');
  await userEvent.type(screen.getByTestId('search-name'), 'my deploys{Enter}');
  const chip = await screen.findByTestId('saved-search');
  expect(chip.textContent?.trim()).toBe('my deploys');
  expect([chip.getAttribute('aria-pressed'), screen.queryByTestId('save-search')]).toEqual(['true', null]);
  expect(searches[0]).toMatchObject({ range: { is: 'week' }, filter: { kind: 'receipt', since: null } });

  app.history.showAll();
  await tick();
  expect(chip.getAttribute('aria-pressed')).toBe('false');
  await userEvent.click(chip);
  expect([app.history.kind, app.history.range.is, app.history.search]).toEqual(['receipt', 'week', 'deploy']);
  const { since, until } = app.history.limits;
  const page = host.sent.findLast(({ command }) => command === 'history.page');
  expect(page).toMatchObject({ filter: { kind: 'receipt', search: 'deploy', since, until } });

  await userEvent.click(screen.getByTestId('change-searches'));
  await userEvent.clear(screen.getByTestId('search-rename'));
  await userEvent.type(screen.getByTestId('search-rename'), 'deploys{Enter}');
  expect(host.sent.at(-1)).toMatchObject({ command: 'search.save', insteadOf: 'my deploys' });
  expect(screen.getByTestId('saved-search').textContent?.trim()).toBe('deploys');
  await userEvent.click(screen.getByTestId('search-remove'));
  expect(screen.queryByTestId('saved-search')).toBeNull();
});

test('what is looked at is exported; how far it is is said, and it can be stopped', async () => {
  const host = new FixtureHost(past);
  host.place = 'shell';
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() });
  app.screen.go('history');
  app.history.choose({ kind: 'receipt' });
  let stopped: AbortSignal | undefined;
  host.exporting = (stop) => {
    stopped = stop;
    return new Promise(() => undefined);
  };
  await userEvent.click(await screen.findByTestId('export'));
  await userEvent.selectOptions(screen.getByTestId('export-format'), 'csv');
  await userEvent.click(screen.getByTestId('export-start'));
  expect(screen.getByTestId('export-progress').textContent).toContain('7 entries so far');
  await userEvent.click(screen.getByTestId('export-stop'));
  expect([stopped?.aborted, screen.queryByTestId('export-dialog')]).toEqual([true, null]);

  host.exporting = () => Promise.resolve({ lines: 7, file: '/home/me/history.csv' });
  await userEvent.click(screen.getByTestId('export'));
  await userEvent.click(screen.getByTestId('export-start'));
  expect(host.exported.at(-1)).toMatchObject({ format: 'csv', filter: { kind: 'receipt' } });
  expect((await screen.findByTestId('export-done')).textContent).toContain('/home/me/history.csv');
  await userEvent.click(screen.getByTestId('export-show'));
  expect(host.shown).toBe(1);
  host.exporting = () => Promise.reject(new Refused({ code: 'failed', message: 'the disk is full' }));
  await userEvent.click(screen.getByTestId('export-close'));
  await userEvent.click(screen.getByTestId('export'));
  await userEvent.click(screen.getByTestId('export-start'));
  expect((await screen.findByRole('alert')).textContent).toBe('the disk is full');
});
