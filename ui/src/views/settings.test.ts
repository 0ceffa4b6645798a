import { screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test, vi } from 'vitest';

import type { Settings } from '../gen';
import { Refused } from '../host';
import { DAYS, SETTINGS } from '../words/ringing';
import { host, open, user } from './seat';

test('settings are told to the engine, and shown as it has them', async () => {
  const app = await open();
  app.screen.go('settings');
  await tick();
  const off = { ...SETTINGS, singleKeys: false };
  host.reply = () => ({ answer: 'settings', settings: off });
  await user.click(screen.getByTestId('setting-single-keys'));
  expect(host.sent).toEqual([{ command: 'settings.set', settings: off }]);
  host.push({ patch: 'settings', settings: off });
  await user.keyboard('{Escape}gi');
  expect(app.screen.name).toBe('settings');
});

test('a setting does not undo the one before it, which was not told back yet', async () => {
  const app = await open();
  app.screen.go('settings');
  await tick();
  host.reply = (command) => {
    if (command.command !== 'settings.set') throw new Error(command.command);
    return { answer: 'settings', settings: command.settings };
  };
  await user.click(screen.getByTestId('setting-single-keys'));
  await user.selectOptions(screen.getByTestId('setting-undo'), '20');
  const both = { ...SETTINGS, singleKeys: false, undoMs: 20_000 };
  expect(host.sent.at(-1)).toEqual({ command: 'settings.set', settings: both });
  // Somebody else sets them: what was wanted here is over.
  host.push({ patch: 'settings', settings: { ...SETTINGS } });
  await user.click(screen.getByTestId('setting-single-keys'));
  expect(host.sent.at(-1)).toEqual({
    command: 'settings.set',
    settings: { ...SETTINGS, singleKeys: false },
  });
});

test('a setting that is refused gives up no newer one, which holds it too', async () => {
  const app = await open();
  app.screen.go('settings');
  await tick();
  const refusals: (() => void)[] = [];
  host.reply = () =>
    new Promise((_, refuse) => {
      refusals.push(() => refuse(new Refused({ code: 'failed', message: 'The disk is full.' })));
    });
  await user.click(screen.getByTestId('setting-single-keys'));
  await user.selectOptions(screen.getByTestId('setting-undo'), '20');
  refusals[0]?.();
  expect(await screen.findByText('The disk is full.')).toBeTruthy();
  expect(app.settings).toEqual({ ...SETTINGS, singleKeys: false, undoMs: 20_000 });
  refusals[1]?.();
  await vi.waitFor(() => expect(app.settings).toEqual(SETTINGS));
});

test('quiet hours keep at least one day, and levels and mutes are told whole', async () => {
  const app = await open();
  app.screen.go('settings');
  await tick();
  const kept = (): Settings => {
    const last = host.sent.at(-1);
    if (last?.command !== 'settings.set') throw new Error(`${last?.command ?? 'nothing'} was sent`);
    host.push({ patch: 'settings', settings: last.settings });
    return last.settings;
  };
  await user.click(screen.getByTestId('quiet-add'));
  expect(kept().ringing.quiet).toEqual([{ days: [...DAYS], from: 1320, to: 420 }]);
  for (const day of DAYS) {
    await tick();
    await user.click(within(screen.getByTestId('quiet-hours')).getByRole('button', { name: day }));
    kept();
    await tick();
  }
  expect(app.desk.board.settings.ringing.quiet[0]?.days).toEqual(['sunday']);
  await user.selectOptions(screen.getByTestId('level-question'), 'silent');
  expect(kept().ringing.kinds).toEqual({ question: 'silent' });
  // The clock goes on while it is pressed.
  const before = app.clock.now;
  await user.click(screen.getByTestId('mute-1h'));
  const muted = (kept().ringing.mutedUntil ?? 0) - 3_600_000;
  expect(muted).toBeGreaterThanOrEqual(before);
  expect(muted).toBeLessThanOrEqual(app.clock.now);
  await tick();
  await user.click(await screen.findByTestId('unmute'));
  expect(kept().ringing.mutedUntil).toBeNull();
});

test('the self-test says what the desktop offers and what was pressed', async () => {
  const app = await open();
  host.push({
    patch: 'desktop',
    desktop: { server: 'dunst 1.9', buttons: true, reply: false, capabilities: ['actions'], trouble: null },
  });
  app.screen.go('settings');
  await user.click(await screen.findByTestId('self-test'));
  expect(host.sent.at(-1)).toEqual({ command: 'notification.test' });
  const at = Date.now();
  host.push({
    patch: 'selfTest',
    test: {
      begunAt: at,
      rows: [
        { kind: 'buttons', at, fate: 'pressed', label: 'No' },
        { kind: 'reply', at, fate: 'notOffered' },
      ],
    },
  });
  const rows = (await screen.findByTestId('self-test-rows')).textContent;
  expect(rows).toContain('You pressed “No”.');
  expect(rows).toContain('This desktop does not offer it.');
});
