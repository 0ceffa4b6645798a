import { screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test, vi } from 'vitest';

import { alone, approval, entry, question } from '../gallery/samples';
import { host, open, openSilent, user } from './seat';

test('a link shows where it leads before it leads anywhere', async () => {
  await open(approval({ detail: 'see [this](https://example.org/a) and [that](javascript:alert(1))' }));
  await user.click(screen.getByText('this'));
  expect(screen.getByTestId('outside').textContent).toContain('https://example.org/a');
  expect(host.opened).toEqual([]);
  await user.click(screen.getByTestId('outside-open'));
  expect(host.opened).toEqual(['https://example.org/a']);
});

test('j, k and w move, and the ask in sight is told to the host', async () => {
  vi.spyOn(document, 'hasFocus').mockReturnValue(true);
  await open(approval({ askedAt: 1 }), question({ askedAt: 2 }));
  const key = (): string | undefined => screen.getByTestId('ask-detail').dataset['key'];
  expect(host.attended.at(-1)).toBe('hive/approval:7');
  await user.keyboard('j');
  expect(key()).toBe('hive/question:3');
  expect(host.attended.at(-1)).toBe('hive/question:3');
  await user.keyboard('k');
  expect(key()).toBe('hive/approval:7');
  await user.keyboard('gsw');
  expect(key()).toBe('hive/question:3');
  window.dispatchEvent(new Event('blur'));
  await tick();
  expect(host.attended.at(-1)).toBeNull();
});

test('a notification that was clicked brings its ask on screen', async () => {
  const app = await open(approval(), question());
  app.screen.go('history');
  host.reply = () => ({ answer: 'history', rows: [] });
  host.push({ patch: 'reveal', pointer: { at: 'ask', key: 'hive/question:3' } });
  await tick();
  expect(screen.getByTestId('ask-detail').dataset['key']).toBe('hive/question:3');
});

test('an empty desk says what to do', async () => {
  const app = await open();
  expect(screen.getByText('Nothing waits for you')).toBeTruthy();
  host.push({ patch: 'sourceGone', source: 'hive' });
  await tick();
  expect(screen.getByRole('button', { name: 'Add a source' })).toBeTruthy();
  app.desk.close();
});

test('what keeps this desktop from ringing is said where the operator waits, until it is over', async () => {
  await open(approval());
  const desktop = {
    server: null,
    buttons: false,
    reply: false,
    capabilities: [],
    trouble: 'Nothing rings here.',
  };
  host.push({ patch: 'desktop', desktop });
  await tick();
  expect(screen.getByText('Nothing rings here.')).toBeTruthy();
  host.push({ patch: 'desktop', desktop: { ...desktop, trouble: null } });
  await tick();
  expect(screen.queryByText('Nothing rings here.')).toBeNull();
});

test('an engine out of reach is said', async () => {
  const app = openSilent();
  host.lose('Nobody is there.');
  await tick();
  expect(screen.getByRole('heading', { name: 'The engine is out of reach' })).toBeTruthy();
  app.desk.close();
});

test('a history that cannot be read says so, and an empty one what it is for', async () => {
  const app = await open();
  host.reply = () => ({ code: 'failed', message: 'The disk is gone.' });
  app.screen.go('history');
  expect(await screen.findByText('The history could not be read')).toBeTruthy();
  host.reply = () => ({ answer: 'history', rows: [] });
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Nothing has happened yet')).toBeTruthy();
  const odd = entry(1, { raw: '{"a":{"b":1}}', text: 'x\u202Ey' });
  host.reply = () => ({ answer: 'entry', context: alone(odd) });
  app.history.select(odd);
  await tick();
  expect(screen.getByTestId('entry-raw').textContent).toBe('{\n  "a": {\n    "b": 1\n  }\n}');
  expect(screen.getByRole('heading', { level: 2, name: /^x/ }).textContent).toBe('x‹U+202E›y');
});

test('? lists the keys of where the operator is', async () => {
  await open(approval());
  await user.keyboard('?');
  const help = screen.getByTestId('key-help').textContent ?? '';
  for (const words of ['Approve', 'Deny: a reason first', 'Pick an option', 'Undo the last answer']) {
    expect(help).toContain(words);
  }
});

test('an ask is snoozed, said to be so, and woken', async () => {
  const ask = approval();
  await open(ask);
  const now = Date.now();
  await user.selectOptions(screen.getByTestId('snooze'), '1h');
  expect(host.sent.at(-1)).toEqual({ command: 'ask.snooze', key: ask.key, until: now + 3_600_000 });
  host.push({ patch: 'ask', row: { ...ask, snoozedUntil: now + 3_600_000 } });
  expect((await screen.findByTestId('snoozed')).textContent).toContain('snoozed until');
  expect(screen.getByText('Snoozed')).toBeTruthy();
  expect(document.title).toBe('Deskbell');
  await user.click(screen.getByRole('button', { name: 'Wake it' }));
  expect(host.sent.at(-1)).toEqual({ command: 'ask.snooze', key: ask.key, until: null });
});
