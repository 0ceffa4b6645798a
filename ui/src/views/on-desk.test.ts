import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { approval, source } from '../gallery/samples';
import type { Command, Settings, Shell } from '../gen';
import { App } from '../state/app.svelte';
import Window from './Window.svelte';

let user: UserEvent;
let host: FixtureHost;

const SHELL: Shell = { trayTrouble: null, shortcutTrouble: null, autostart: false, autostartTrouble: null };

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
  user = userEvent.setup();
  host = new FixtureHost();
});

afterEach(cleanup);

async function open(shell: Shell | null = SHELL): Promise<App> {
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push(
    { patch: 'reset' },
    { patch: 'source', row: source() },
    { patch: 'ask', row: approval() },
    ...(shell === null ? [] : [{ patch: 'shell' as const, shell }]),
  );
  await tick();
  return app;
}

async function openSettings(shell: Shell | null = SHELL): Promise<App> {
  const app = await open(shell);
  app.screen.go('settings');
  await tick();
  return app;
}

function kept(): Settings | undefined {
  const last = host.sent.findLast((command: Command) => command.command === 'settings.set');
  return last?.command === 'settings.set' ? last.settings : undefined;
}

test('what was wanted from outside and could not be done is said, until it is closed or something is shown', async () => {
  await open();
  host.push({ patch: 'trouble', message: 'There is no ask “approval:9”.' });
  await tick();
  expect(screen.getByTestId('trouble').textContent).toContain('There is no ask');
  await user.click(screen.getByRole('button', { name: 'Close' }));
  expect(screen.queryByTestId('trouble')).toBeNull();
  host.push({ patch: 'trouble', message: 'There is no source "x".' });
  await tick();
  host.push({ patch: 'reveal', pointer: { at: 'ask', key: 'hive/approval:7' } });
  await tick();
  expect(screen.queryByTestId('trouble')).toBeNull();
});

test('where no tray can bring the window back, closing is not offered to hide it', async () => {
  await openSettings({ ...SHELL, trayTrouble: 'This desktop shows no tray.' });
  const flag = screen.getByTestId<HTMLInputElement>('setting-keep-running');
  expect([flag.disabled, flag.checked]).toEqual([true, false]);
  expect(screen.getByText('This desktop shows no tray.')).toBeTruthy();
  host.push({ patch: 'shell', shell: SHELL });
  await tick();
  expect([flag.disabled, flag.checked]).toEqual([false, true]);
  await user.click(flag);
  expect(kept()).toMatchObject({ keepRunning: false });
});

test('starting with the desktop is what the desktop says of it', async () => {
  const app = await openSettings();
  const flag = screen.getByTestId<HTMLInputElement>('setting-autostart');
  await user.click(flag);
  expect(host.autostarted).toEqual([true]);
  host.push({ patch: 'shell', shell: { ...SHELL, autostart: true } });
  await tick();
  expect(flag.checked).toBe(true);
  host.autostart = () => Promise.reject(new Error('no room'));
  await app.autostart(false);
  await tick();
  expect(screen.getByRole('alert').textContent).toContain('no room');
});

test('keys are recorded with what is held down, and switched off', async () => {
  await openSettings({ ...SHELL, shortcutTrouble: 'Another program has these keys.' });
  const keys = screen.getByTestId('shortcut-keys');
  expect(keys.textContent.trim()).toBe('Ctrl + Alt + B');
  expect(screen.getByText('Another program has these keys.')).toBeTruthy();
  await user.click(screen.getByTestId('shortcut-change'));
  await user.keyboard('x{Escape}');
  expect([keys.textContent.trim(), kept()]).toEqual(['Ctrl + Alt + B', undefined]);
  await user.click(screen.getByTestId('shortcut-change'));
  await user.keyboard('n{Control>}{Alt>}n{/Alt}{/Control}');
  expect(kept()).toMatchObject({ shortcut: 'Ctrl+Alt+KeyN' });
  await user.click(screen.getByTestId('shortcut-off'));
  expect(kept()).toMatchObject({ shortcut: null });
});

test('a page without the app around it offers nothing of the desk', async () => {
  await openSettings(null);
  expect(screen.queryByTestId('setting-autostart')).toBeNull();
});

test('the link to an ask is copied', async () => {
  await open();
  await user.click(screen.getByTestId('copy-link'));
  expect(await navigator.clipboard.readText()).toBe('deskbell://ask/hive/approval:7');
  expect(screen.getByTestId('copy-link').textContent).toContain('Copied');
});
