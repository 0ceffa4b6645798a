import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { alone, approval, entry, offer, pick, question, receipt, source, text } from '../gallery/samples';
import type { AskView, Command, Patch, Settings, SourceDraft } from '../gen';
import { App } from '../state/app.svelte';
import { ARMING } from '../state/arming';
import Window from './Window.svelte';
import { DAYS, SETTINGS } from '../words/ringing';

let user: UserEvent;
let host: FixtureHost;

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: Date.UTC(2026, 10, 21, 12) });
  user = userEvent.setup();
  host = new FixtureHost(() => ({ answer: 'taken', receipt: receipt() }));
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A window in which these wait, with its keys awake. */
async function open(...asks: AskView[]): Promise<App> {
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() }, ...told(asks));
  await tick();
  vi.advanceTimersByTime(ARMING);
  return app;
}

const told = (asks: AskView[]): Patch[] => asks.map((row) => ({ patch: 'ask', row }));

async function tell(...asks: AskView[]): Promise<void> {
  host.push(...told(asks));
  await tick();
}

/** The intents that left, as offer, values and consent. */
function taken(): [string, unknown, unknown][] {
  return host.sent.flatMap((command: Command) =>
    command.command === 'intent.take'
      ? [[command.intent.offer, command.intent.values, command.intent.consent]]
      : [],
  );
}

test('an ask shows who, what, the whole change and what it will be bound to', async () => {
  await open(approval());
  const detail = screen.getByTestId('ask-detail');
  expect(detail.dataset).toMatchObject({ key: 'hive/approval:7', state: 'open' });
  expect(detail).toHaveProperty(
    'textContent',
    expect.stringContaining('coder asks to make a change · hive prod'),
  );
  for (const words of [
    'RIPGREP_CONFIG_PATH',
    'gnugrep',
    '+3',
    '−1',
    'You approve exactly this',
    '001122334455',
  ]) {
    expect(detail.textContent).toContain(words);
  }
  expect(within(detail).getByText('40 s').tagName).toBe('STRONG');
});

test('a approves, once', async () => {
  await open(approval());
  await user.keyboard('aA');
  expect(taken()).toEqual([['approve', {}, 'none']]);
});

test('keys are asleep while an ask is new on screen', async () => {
  await open(approval());
  await tell(approval({ shown: 'changed under the operator' }));
  await user.keyboard('a');
  expect(taken()).toEqual([]);
  vi.advanceTimersByTime(ARMING);
  await user.keyboard('a');
  expect(taken()).toHaveLength(1);
});

test('d asks for a reason, Enter sends it, and letters in it are only letters', async () => {
  await open(approval(), approval({ key: 'hive/approval:8' }));
  await user.keyboard('d');
  expect(document.activeElement).toBe(screen.getByTestId('field-note'));
  await user.keyboard('a jest, 1 day{Enter}');
  expect(taken()).toEqual([['deny', { note: { text: 'a jest, 1 day' } }, 'none']]);
});

test('Shift and d deny without a word', async () => {
  await open(approval());
  await user.keyboard('{Shift>}D{/Shift}');
  expect(taken()).toEqual([['deny', {}, 'none']]);
});

test('Escape leaves the reason, and the keys work again', async () => {
  await open(approval());
  await user.keyboard('d{Escape}a');
  expect(taken()).toEqual([['approve', {}, 'none']]);
});

test('numbers pick several options, own words stand beside them, Ctrl and Enter send', async () => {
  await open(question());
  await user.keyboard('31');
  expect(screen.getAllByTestId('option').map((it) => (it as HTMLInputElement).checked)).toEqual([
    true,
    false,
    true,
  ]);
  await user.click(screen.getByTestId('field-answer'));
  await user.keyboard('after the backup{Control>}{Enter}{/Control}');
  const value = { pick: { chosen: ['alpha', 'gamma'], other: 'after the backup' } };
  expect(taken()).toEqual([['answer', { answer: value }, 'none']]);
});

test('where one answer is wanted, own words take the place of an option and an option of own words', async () => {
  const one = offer('answer', 'Answer', { tone: 'yes', fields: [pick('answer', ['a', 'b'], false)] });
  await open(question({ offers: [one] }));
  await user.keyboard('2');
  await user.type(screen.getByTestId('field-answer'), 'c');
  await user.click(screen.getByTestId('offer-answer'));
  expect(taken()[0]?.[1]).toEqual({ answer: { pick: { chosen: [], other: 'c' } } });
});

test('e without an answer says what is missing, there', async () => {
  await open(question());
  await user.keyboard('e');
  expect(taken()).toEqual([]);
  expect(screen.getByRole('group', { name: /Answer/ }).textContent).toContain('Choose an answer.');
  expect(screen.getByRole('group', { name: /Answer/ }).contains(document.activeElement)).toBe(true);
});

test('a dangerous offer is confirmed in a dialog, and a name is typed out', async () => {
  const purge = offer('purge', 'Purge', {
    tone: 'no',
    danger: 'typeTheName',
    name: 'coder',
    explains: 'All is lost.',
  });
  await open(approval({ offers: [purge] }));
  await user.click(screen.getByTestId('offer-purge'));
  const confirm = screen.getByTestId<HTMLButtonElement>('dialog-confirm');
  expect(screen.getByTestId('offer-dialog').textContent).toContain('All is lost.');
  expect(confirm.disabled).toBe(true);
  await user.type(screen.getByTestId('type-name'), 'coder');
  expect(confirm.disabled).toBe(false);
  await user.click(confirm);
  expect(taken()).toEqual([['purge', {}, { typed: 'coder' }]]);
  await expect.poll(() => screen.queryByTestId('offer-dialog')).toBeNull();
});

test('a second form opens in a dialog with the same fields', async () => {
  const send = offer('send', 'Send a message', {
    fields: [text('body', { required: true, label: 'Message' })],
  });
  await open(question({ offers: [...question().offers, send] }));
  await user.click(screen.getByTestId('offer-send'));
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(screen.getByTestId('offer-dialog').textContent).toContain('Fill this in.');
  await user.type(within(screen.getByTestId('offer-dialog')).getByTestId('field-body'), 'hello');
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(taken()).toEqual([['send', { body: { text: 'hello' } }, 'none']]);
});

test('a held answer can be undone with z, wherever the operator is', async () => {
  const app = await open(approval());
  host.push(
    { patch: 'ask', row: approval({ state: 'held', heldUntil: Date.now() + 5000 }) },
    { patch: 'receipt', row: receipt() },
  );
  await tick();
  expect(screen.getByTestId('undo').textContent).toContain('leaves in 5');
  app.screen.go('sources');
  await tick();
  expect(screen.getByTestId('undo').textContent).toContain('Approve · Apply a1b2c3d');
  await user.keyboard('z');
  expect(host.sent.at(-1)).toEqual({ command: 'intent.undo', intent: 'intent-1' });
});

test('what becomes of an answer is said at each step', async () => {
  await open(approval());
  const said = (): string => screen.getByTestId('outcome').textContent ?? '';
  host.push({ patch: 'receipt', row: receipt() }, { patch: 'ask', row: approval({ state: 'sending' }) });
  await tick();
  expect(said()).toContain('is on its way');
  await tell(approval({ state: 'sent' }));
  expect(said()).toContain('Waiting for the server’s word');
  const lost = receipt({ verdict: 'lost', note: 'mia was first.', settledAt: Date.now() });
  host.push(
    { patch: 'receipt', row: lost },
    { patch: 'ask', row: approval({ state: 'settled', outcome: 'denied', by: 'mia' }) },
  );
  await tick();
  expect(said()).toContain('Denied by mia.');
  expect(said()).toContain('mia was first.');
  expect(screen.getByTestId('outcome').dataset['outcome']).toBe('denied');
});

test('a stuck answer says why, and can be retried or discarded', async () => {
  await open(approval());
  const fault = {
    code: 'rejected',
    message: 'The server said no.',
    advice: 'Look there.',
    next: 'never',
  } as const;
  host.push(
    { patch: 'receipt', row: receipt({ verdict: 'stuck', fault }) },
    { patch: 'ask', row: approval({ state: 'stuck', fault }) },
  );
  await tick();
  expect(screen.getByRole('alert').textContent).toContain('The server said no.');
  await user.click(screen.getByTestId('retry'));
  await user.click(screen.getByTestId('discard'));
  expect(host.sent.map((command) => command.command)).toEqual(['intent.retry', 'intent.discard']);
});

test('what the engine refuses is said beside the buttons', async () => {
  await open(approval());
  host.reply = () => ({
    code: 'changed',
    message: 'this changed since it was shown: look again, nothing was sent',
  });
  await user.keyboard('a');
  expect((await screen.findByRole('alert')).textContent).toContain('look again');
});

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
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.lose('Nobody is there.');
  await tick();
  expect(screen.getByRole('heading', { name: 'The engine is out of reach' })).toBeTruthy();
  app.desk.close();
});

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

/** A window to which nobody can ring yet. */
async function openBare(): Promise<App> {
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' });
  await tick();
  return app;
}

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
