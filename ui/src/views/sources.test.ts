import { cleanup, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test } from 'vitest';

import { source } from '../gallery/samples';
import type { SourceDraft } from '../gen';
import { host, open, openBare, user } from './seat';

test('a source is tested before it is added, and its secret is not kept on the page', async () => {
  const app = await open();
  app.screen.go('sources');
  await tick();
  const hive = {
    name: 'hyperhive',
    title: 'hyperhive dashboard',
    about: 'One host.',
    defaultUrl: 'http://127.0.0.1:7000',
    findsItself: false,
    logins: [
      { type: 'none' as const },
      { type: 'bearer' as const },
      { type: 'query' as const, name: 'token' },
    ],
    settings: [],
  };
  const fault = {
    code: 'unreachable',
    message: 'Nothing listens there.',
    advice: 'See that it runs.',
    next: 'soon',
  } as const;
  host.reply = (command) => {
    if (command.command === 'dialect.list') return { answer: 'dialects', rows: [hive] };
    if (command.command === 'source.test')
      return { answer: 'tested', report: { ok: false, message: fault.message, fault } };
    return { answer: 'source', row: source({ source: 'lab', name: 'lab' }) };
  };
  await user.click(screen.getByTestId('source-add'));
  await user.click(await screen.findByTestId('source-save'));
  expect(screen.getByText('Give it a name you will recognise.')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByTestId('source-name'));
  await user.keyboard('lab');
  expect(screen.getByTestId<HTMLInputElement>('source-url').value).toBe('http://127.0.0.1:7000');
  const auth = screen.getByTestId<HTMLSelectElement>('source-auth');
  expect([...auth.options].map((option) => option.value)).toEqual(['none', 'bearer', 'query']);
  await user.selectOptions(auth, 'query');
  expect(screen.getByTestId<HTMLInputElement>('source-header').value).toBe('token');
  await user.selectOptions(auth, 'bearer');
  const secret = screen.getByTestId<HTMLInputElement>('source-secret');
  expect(secret.type).toBe('password');
  await user.type(secret, 'hunter2');
  await user.click(screen.getByTestId('source-test'));
  const report = await screen.findByTestId('source-report');
  expect(report.dataset['ok']).toBe('false');
  expect(report.textContent).toContain('See that it runs.');
  const form = app.sources.form;
  await user.click(screen.getByTestId('source-save'));
  await expect.poll(() => app.sources.selected).toBe('lab');
  expect(host.sent.at(-1)).toMatchObject({
    command: 'source.add',
    draft: { secret: { kept: 'given', value: 'hunter2' } },
  });
  expect(form?.secret).toBe('');
  expect(document.body.innerHTML + JSON.stringify({ ...localStorage })).not.toContain('hunter2');
});

test('a source is removed only after a second word', async () => {
  const app = await open();
  app.screen.go('sources');
  await tick();
  await user.click(screen.getByTestId('source-row'));
  await user.click(screen.getByTestId('source-remove'));
  expect(host.sent.map(({ command }) => command)).not.toContain('source.remove');
  host.reply = () => ({ answer: 'done' });
  await user.click(screen.getByTestId('source-remove-confirm'));
  expect(host.sent).toContainEqual({ command: 'source.remove', source: 'hive' });
});

test('who runs on this machine is looked for on a click only, and added as it was found', async () => {
  const app = await openBare();
  expect(screen.getByRole('heading', { name: 'Welcome to Deskbell' })).toBeTruthy();
  expect(host.sent).toEqual([]);
  const draft: SourceDraft = {
    name: 'opencode',
    dialect: 'opencode',
    url: 'http://127.0.0.1:4096',
    auth: { type: 'none' },
    secret: { kept: 'unchanged' },
    settings: {},
  };
  const locked = { ...draft, auth: { type: 'basic' as const, user: 'opencode' } };
  host.reply = (command) =>
    command.command === 'source.detect'
      ? {
          answer: 'detected',
          ports: [1957, 4096],
          rows: [
            { url: draft.url, who: { is: 'server', title: 'opencode', draft } },
            { url: 'http://127.0.0.1:4097', who: { is: 'locked', title: 'opencode', draft: locked } },
            { url: 'http://127.0.0.1:7000', who: { is: 'other' } },
          ],
        }
      : { answer: 'source', row: source({ source: 'opencode', name: 'opencode' }) };
  await user.click(screen.getByTestId('detect'));
  const rows = await screen.findAllByTestId('detected');
  expect(rows.map((row) => row.dataset['is'])).toEqual(['server', 'locked', 'other']);
  await user.click(screen.getByTestId('detected-add'));
  await expect.poll(() => screen.getAllByTestId('detected')[0]?.dataset['is']).toBe('known');
  expect(host.sent.at(-1)).toEqual({ command: 'source.add', draft });

  // It is still there to add another one, until the operator goes on.
  host.push({ patch: 'source', row: source({ source: 'opencode', name: 'opencode' }) });
  await tick();
  await user.click(screen.getByTestId('first-done'));
  expect(screen.queryByTestId('first-run')).toBeNull();
  expect(screen.getByRole('heading', { name: 'Nothing waits for you' })).toBeTruthy();
  expect(app.detection.rows).toBeNull();
});

test('one that wants a login is added with what is known of it', async () => {
  const app = await openBare();
  const draft: SourceDraft = {
    name: 'opencode',
    dialect: 'opencode',
    url: 'http://127.0.0.1:4096',
    auth: { type: 'basic', user: 'opencode' },
    secret: { kept: 'unchanged' },
    settings: {},
  };
  host.reply = (command) =>
    command.command === 'source.detect'
      ? {
          answer: 'detected',
          ports: [4096],
          rows: [{ url: draft.url, who: { is: 'locked', title: 'opencode', draft } }],
        }
      : {
          answer: 'dialects',
          rows: [
            {
              name: 'opencode',
              title: 'opencode',
              about: 'One project.',
              defaultUrl: 'http://127.0.0.1:4096',
              findsItself: false,
              logins: [{ type: 'none' }, { type: 'basic', user: 'opencode' }],
              settings: [],
            },
          ],
        };
  await user.click(screen.getByTestId('detect'));
  await user.click(await screen.findByTestId('detected-login'));
  await screen.findByTestId('source-save');
  expect(app.screen.name).toBe('sources');
  expect(app.sources.form?.draft()).toMatchObject({ name: 'opencode', url: draft.url, auth: draft.auth });
  await user.click(screen.getByTestId('source-save'));
  expect(screen.getByText('Write the secret.')).toBeTruthy();
});

test('nobody there, and a look that failed, are said', async () => {
  await openBare();
  host.reply = () => ({ answer: 'detected', ports: [1957, 4096], rows: [] });
  await user.click(screen.getByTestId('detect'));
  expect((await screen.findByTestId('detected-nobody')).textContent).toContain('1957, 4096');
  host.reply = () => ({ code: 'failed', message: 'The engine is busy.' });
  await user.click(screen.getByTestId('detect'));
  expect(await screen.findByText('The engine is busy.')).toBeTruthy();
});

test('the demo is opened by the shell, and a browser says how', async () => {
  await openBare();
  expect(screen.getByText('deskbell --demo')).toBeTruthy();
  expect(screen.queryByTestId('open-demo')).toBeNull();
  cleanup();
  host.place = 'shell';
  await openBare();
  await user.click(screen.getByTestId('open-demo'));
  expect(host.demos).toBe(1);
});
