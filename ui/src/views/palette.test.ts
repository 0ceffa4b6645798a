import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { agent, approval, question, source } from '../gallery/samples';
import type { SavedSearch } from '../gen';
import { App } from '../state/app.svelte';
import { EVERYTHING } from '../state/filter';
import type { Target } from '../state/palette.svelte';
import Window from './Window.svelte';

const SEARCH: SavedSearch = {
  name: 'red builds',
  range: { is: 'any' },
  filter: { ...EVERYTHING, search: 'build -green' },
};

let user: UserEvent;
let host: FixtureHost;
let app: App;

beforeEach(async () => {
  localStorage.clear();
  location.hash = '';
  user = userEvent.setup();
  host = new FixtureHost();
  app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push(
    { patch: 'reset' },
    { patch: 'source', row: source() },
    { patch: 'ask', row: approval() },
    { patch: 'ask', row: question() },
    { patch: 'agent', row: agent() },
  );
  await tick();
});

afterEach(cleanup);

const rows = (): string[] => screen.getAllByTestId('palette-row').map((row) => row.textContent);
const chosen = (): string =>
  screen.getAllByTestId('palette-row').find((row) => row.ariaSelected === 'true')?.textContent ?? '';

test('Ctrl and ⌘ with K open it from anywhere, also from a field, and close it', async () => {
  for (const held of ['Control', 'Meta']) {
    await user.keyboard('/');
    expect(document.activeElement).toBe(screen.getByTestId('filter'));
    await user.keyboard(`{${held}>}k{/${held}}`);
    expect(document.activeElement).toBe(screen.getByTestId('palette-words'));
    await user.keyboard(`{${held}>}k{/${held}}`);
    expect(screen.queryByTestId('palette')).toBeNull();
    expect(document.activeElement).toBe(screen.getByTestId('filter'));
    await user.keyboard('{Escape}');
  }
});

test('what waits comes first, and an ask found by its words is shown', async () => {
  app.screen.go('settings');
  await user.keyboard('{Control>}k{/Control}');
  expect(rows()[0]).toContain(app.inbox.listed[0]?.title);
  await user.keyboard(question().title.slice(0, 8).toLowerCase());
  expect(rows()).toHaveLength(1);
  await user.keyboard('{Enter}');
  expect(screen.queryByTestId('palette')).toBeNull();
  expect([app.screen.name, app.inbox.selected]).toEqual(['inbox', question().key]);
});

test('arrows choose, from the last on to the first, and the field says which', async () => {
  await user.keyboard('{Control>}k{/Control}');
  const first = chosen();
  await user.keyboard('{ArrowDown}');
  expect(chosen()).not.toBe(first);
  await user.keyboard('{ArrowUp}');
  expect(chosen()).toBe(first);
  await user.keyboard('{ArrowUp}');
  expect(chosen()).toBe(rows().at(-1));
  const active = screen.getByTestId('palette-words').getAttribute('aria-activedescendant');
  expect(document.getElementById(active ?? '')?.ariaSelected).toBe('true');
});

test('a digit takes one of the first nine at once', async () => {
  app.screen.go('settings');
  await user.keyboard('{Control>}k{/Control}');
  const second = app.inbox.listed[1];
  expect(rows()[1]).toContain(second?.title);
  await user.keyboard('{Control>}2{/Control}');
  expect(screen.queryByTestId('palette')).toBeNull();
  expect([app.screen.name, app.inbox.selected]).toEqual(['inbox', second?.key]);
  // Without Ctrl or ⌘ it is written.
  await user.keyboard('{Control>}k{/Control}2');
  expect(screen.getByTestId('palette-words')).toHaveProperty('value', '2');
});

test('what keys do is found by name, shows its key, and is done', async () => {
  await user.keyboard('{Control>}k{/Control}');
  await user.keyboard('history');
  expect(rows()[0]).toMatch(/History.*g.*h/);
  await user.keyboard('{Enter}');
  expect(app.screen.name).toBe('history');
});

test('a saved search is looked at', async () => {
  host.push({ patch: 'searches', rows: [SEARCH] });
  await tick();
  await user.keyboard('{Control>}k{/Control}');
  await user.keyboard('red builds');
  expect(rows()).toEqual([expect.stringContaining('Saved search')]);
  await user.keyboard('{Enter}');
  expect([app.screen.name, app.history.filter.search]).toEqual(['history', 'build -green']);
});

test('no answer is given by its name, from behind a list that hides what it is about', async () => {
  await user.keyboard('{Control>}k{/Control}');
  await user.keyboard('approve');
  expect(screen.queryAllByTestId('palette-row').filter((row) => /Approve/.test(row.textContent))).toEqual([]);
  await user.keyboard('{Enter}');
  expect(host.sent.filter((command) => command.command === 'intent.take')).toEqual([]);
});

test('where nothing has the words it says so, and Enter does nothing', async () => {
  await user.keyboard('{Control>}k{/Control}');
  await user.keyboard('no such words');
  expect(screen.queryAllByTestId('palette-row')).toEqual([]);
  expect(screen.getByTestId('palette').textContent).toContain('Nothing here has these words');
  await user.keyboard('{Enter}');
  expect(screen.getByTestId('palette')).toBeTruthy();
});

test('while it is open it stays as it was; opened again it has what changed, and nothing is made again of the rest', async () => {
  const [changed, same] = [agent(), agent({ key: 'hive/agent:same', name: 'same' })];
  host.push({ patch: 'agent', row: same });
  await tick();
  const shown = (): Target[] => app.palette.found.filter(({ kind }) => kind === 'agent');
  app.palette.open();
  const before = shown();
  host.push({ patch: 'agent', row: { ...changed, name: 'renamed' } });
  await tick();
  app.palette.say(' ');
  expect(shown()).toEqual(before);
  app.palette.open();
  expect(shown().map(({ title }) => title)).toEqual(['renamed', 'same']);
  expect(shown()[1]).toBe(before[1]);
  host.push({ patch: 'source', row: source({ name: 'beehive' }) });
  await tick();
  app.palette.open();
  expect(shown().map(({ about }) => about.split(' ')[0])).toEqual(['beehive', 'beehive']);
});
