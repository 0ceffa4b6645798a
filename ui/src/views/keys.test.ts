import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { approval, source } from '../gallery/samples';
import type { Settings } from '../gen';
import { App } from '../state/app.svelte';
import { SETTINGS } from '../words/ringing';
import Window from './Window.svelte';

let user: UserEvent;
let host: FixtureHost;
let app: App;

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
  user = userEvent.setup();
  host = new FixtureHost();
});

afterEach(cleanup);

/** Opens the settings of an engine that keeps what it is told, as the real one does. */
async function open(keys: Settings['keys'] = {}): Promise<void> {
  host.reply = (command) => {
    if (command.command !== 'settings.set') return { answer: 'done' };
    host.push({ patch: 'settings', settings: command.settings });
    return { answer: 'settings', settings: command.settings };
  };
  app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push(
    { patch: 'reset' },
    { patch: 'settings', settings: { ...SETTINGS, keys } },
    { patch: 'source', row: source() },
    { patch: 'ask', row: approval() },
  );
  app.screen.go('settings');
  await tick();
}

function kept(): Settings['keys'] {
  return app.desk.board.settings.keys;
}

async function record(name: string, keys: string): Promise<void> {
  await user.click(screen.getByTestId(`key-change-${name}`));
  await user.keyboard(keys);
}

test('a key is changed by pressing another, and the button that does the same shows it', async () => {
  await open();
  await record('approve', 'Y');
  expect(kept()).toEqual({ approve: 'y' });
  expect(screen.getByTestId('key-of-approve').textContent).toContain('y');
  app.screen.go('inbox');
  await tick();
  expect(screen.getByTestId('offer-approve').getAttribute('aria-keyshortcuts')).toBe('y');
  await user.keyboard('?');
  expect(screen.getByTestId('key-help').textContent).toMatch(/y\s*y\s*Approve/);
});

test('a key that does something else is refused, and what that is is said', async () => {
  await open();
  await record('approve', 'w');
  expect(screen.getByRole('alert').textContent).toBe(
    '“w” is taken: Next that waits. Give that another key first.',
  );
  await record('approve', '{Control>}c{/Control}');
  expect(screen.getByRole('alert').textContent).toContain('has a use of its own in the page');
  expect(kept()).toEqual({});
  expect(app.screen.name).toBe('settings');
});

test('two keys one after the other are recorded as two, and Escape records none', async () => {
  await open();
  await record('agents', 'gq');
  expect(kept()).toEqual({ agents: 'g q' });
  await record('approve', '{Escape}');
  expect(kept()).toEqual({ agents: 'g q' });
  expect(screen.getByTestId('key-change-approve').textContent).toContain('Change');
});

test('a key is switched off, set back, and all are set back', async () => {
  await open();
  await user.click(screen.getByTestId('key-off-undo'));
  expect(kept()).toEqual({ undo: null });
  expect(screen.getByTestId('key-of-undo').textContent).toContain('Off');
  await user.click(screen.getByTestId('key-off-approve'));
  // What was its own is taken now.
  await record('deny', 'a');
  await user.click(screen.getByTestId('key-back-approve'));
  expect(screen.getByRole('alert').textContent).toContain('“a” is taken: Deny');
  await user.click(screen.getByTestId('key-back-undo'));
  expect(kept()).toEqual({ approve: null, deny: 'a' });
  await user.click(screen.getByTestId('keys-back'));
  expect(kept()).toEqual({});
});

test('what was set and cannot be is named, does nothing, and can be forgotten', async () => {
  await open({ approve: 'w', dance: 'q', undo: 'u' });
  expect(screen.getByText(/Keys that were set cannot be used here/).textContent).toMatch(/dance, approve/);
  expect(screen.getByTestId('key-of-approve').textContent).toContain('a');
  await user.click(screen.getByRole('button', { name: 'Forget them' }));
  expect(kept()).toEqual({ undo: 'u' });
  expect(screen.queryByText(/Keys that were set cannot be used here/)).toBeNull();
});
