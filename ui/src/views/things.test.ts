import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import {
  agent,
  approval,
  entry,
  finding,
  NOON,
  receipt,
  source,
  task,
  thread,
  usage,
} from '../gallery/samples';
import type { BodyView, Command, EntryView, Patch } from '../gen';
import { App } from '../state/app.svelte';
import Window from './Window.svelte';

let user: UserEvent;
let host: FixtureHost;
let past: EntryView[];
let bodies: BodyView[];

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
  past = [];
  bodies = [];
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: NOON });
  user = userEvent.setup();
  host = new FixtureHost((command) => {
    if (command.command === 'history.page') return { answer: 'history', rows: past };
    if (command.command === 'body.list') return { answer: 'bodies', rows: bodies };
    if (command.command === 'usage.sum') return { answer: 'usage', rows: [usage(command.edges.length - 1)] };
    return { answer: 'taken', receipt: receipt() };
  });
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

async function open(keys: string, ...patches: Patch[]): Promise<App> {
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() }, ...patches);
  await tick();
  await user.keyboard(keys);
  return app;
}

async function tell(...patches: Patch[]): Promise<void> {
  host.push(...patches);
  await tick();
}

function taken(): [string, string, unknown, unknown][] {
  return host.sent.flatMap((command: Command) =>
    command.command === 'intent.take'
      ? [[command.intent.key, command.intent.offer, command.intent.values, command.intent.consent]]
      : [],
  );
}

test('each screen is two keys away and says what it is for while it is empty', async () => {
  await open('gi');
  for (const [keys, name, words] of [
    ['ga', 'Agents', 'Nobody works here yet'],
    ['gt', 'Threads', 'No conversations yet'],
    ['gk', 'Tasks', 'No tasks yet'],
    ['gf', 'Findings', 'Nothing was found'],
  ] as const) {
    await user.keyboard(keys);
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(name);
    expect(screen.getByText(words)).toBeTruthy();
  }
});

test('an agent shows what is done to it for how long, what keeps it, and its facts', async () => {
  const busy = agent({ transient: { kind: 'rebuilding', since: { said: NOON - 61_000 } } });
  past = [entry(1, { text: 'container started', kind: 'lifecycle' })];
  const app = await open('ga', { patch: 'agent', row: busy }, { patch: 'ask', row: approval() });
  expect(screen.getByTestId('agent-row').textContent).toMatch(/rebuilding\s+1:01/);
  expect(screen.getByTestId('agent-row').textContent).toContain('waits for you');
  await user.keyboard('j{Enter}');
  const detail = screen.getByTestId('agent-detail');
  expect(detail.textContent).toContain('rebuilding for 1:01');
  expect(detail.textContent).toContain('7101');
  expect((await within(detail).findByTestId('folded-entry')).textContent).toContain('container started');
  const page = host.sent.findLast(({ command }) => command === 'history.page');
  expect(page).toMatchObject({ filter: { source: 'hive', agent: 'coder', thread: null } });
  app.clock.now += 1000;
  await tick();
  expect(detail.textContent).toContain('rebuilding for 1:02');
  await user.click(screen.getByTestId('blocked-on'));
  expect(screen.getByTestId('ask-detail').dataset['key']).toBe('hive/approval:7');
});

test('an agent is restarted after a word, and purged after its name; each step is said', async () => {
  await open('gaj', { patch: 'agent', row: agent() });
  await user.click(screen.getByTestId('offer-restart'));
  expect(taken()).toEqual([]);
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(taken()).toEqual([['hive/agent:coder', 'restart', {}, 'confirmed']]);
  const intent = lastIntent();
  const restart = receipt({ intent, key: 'hive/agent:coder', label: 'Restart', heldUntil: NOON + 5000 });
  await tell({ patch: 'receipt', row: restart });
  expect(screen.getByTestId('undo').textContent).toContain('leaves in 5');
  await user.keyboard('z');
  expect(host.sent.at(-1)).toEqual({ command: 'intent.undo', intent });
  const fault = { code: 'rejected', message: 'Not now.', advice: 'Wait.', next: 'never' } as const;
  await tell({ patch: 'receipt', row: { ...restart, heldUntil: null, verdict: 'stuck', fault } });
  expect(screen.getByRole('alert').textContent).toContain('“Restart” is stuck. Not now.');
  await user.click(screen.getByTestId('retry'));
  await user.click(screen.getByTestId('discard'));
  expect(host.sent.slice(-2).map(({ command }) => command)).toEqual(['intent.retry', 'intent.discard']);
  await tell({ patch: 'receipt', row: { ...restart, heldUntil: null, verdict: 'won', settledAt: NOON } });
  expect(screen.getByTestId('outcome').textContent).toContain('Restart is done.');
  await user.click(screen.getByTestId('offer-purge'));
  expect(screen.getByTestId<HTMLButtonElement>('dialog-confirm').disabled).toBe(true);
  await user.type(screen.getByTestId('type-name'), 'coder{Enter}');
  expect(taken().at(-1)).toEqual(['hive/agent:coder', 'purge', {}, { typed: 'coder' }]);
});

test('what is held on another screen can be undone from wherever the operator is', async () => {
  const app = await open('gi', { patch: 'agent', row: agent() });
  await tell({
    patch: 'receipt',
    row: receipt({ key: 'hive/agent:coder', label: 'Restart', title: 'coder', heldUntil: NOON + 5000 }),
  });
  expect(screen.getByTestId('undo').textContent).toContain('Restart · coder');
  await user.keyboard('z');
  expect(host.sent.at(-1)).toEqual({ command: 'intent.undo', intent: 'intent-1' });
  app.desk.close();
});

test('a thread is read, its tools are folded, and what arrives is appended', async () => {
  const talk = { thread: 'coder' };
  past = [
    entry(2, { ...talk, kind: 'stream', text: 'tool: grep', raw: '{"tool":"grep"}' }),
    entry(1, { ...talk, text: 'it is **done** <script>alert(1)</script>' }),
  ];
  await open('gtj', { patch: 'thread', row: thread('coder') });
  const reader = screen.getByTestId('thread-reader');
  const message = await within(reader).findByTestId('message-entry');
  expect(within(message).getByText('done').tagName).toBe('STRONG');
  expect(message.querySelector('script')).toBeNull();
  const tool = within(reader).getByTestId('folded-entry');
  expect(tool.textContent).not.toContain('"tool"');
  await user.click(within(tool).getByText('tool: grep'));
  await expect.poll(() => tool.textContent).toContain('"tool": "grep"');
  await tell({ patch: 'entry', row: entry(3, { ...talk, text: 'and more' }) });
  expect(within(reader).getAllByTestId('message-entry').at(-1)?.textContent).toContain('and more');
});

test('the end stays in sight while it is looked at, and only then', async () => {
  const talk = { thread: 'coder' };
  past = [entry(1, talk)];
  const app = await open('gtj', { patch: 'thread', row: thread('coder') });
  const log = screen.getByRole('log');
  Object.defineProperty(log, 'scrollHeight', { value: 500 });
  await tell({ patch: 'entry', row: entry(2, talk) });
  expect(log.scrollTop).toBe(500);
  log.scrollTop = 100;
  app.reader.reach(false);
  await tell({ patch: 'entry', row: entry(3, talk) });
  // Lines that come close together are shown together.
  const more = await screen.findByTestId('reader-new');
  expect(log.scrollTop).toBe(100);
  await user.click(more);
  await expect.poll(() => log.scrollTop).toBe(500);
  expect(screen.queryByTestId('reader-new')).toBeNull();
});

test('words are sent with Enter, and nothing is sent for none', async () => {
  await open('gtj', { patch: 'thread', row: thread('coder') });
  const composer = screen.getByTestId('composer');
  const field = within(composer).getByTestId<HTMLTextAreaElement>('field-body');
  await user.click(field);
  await user.keyboard('{Enter}');
  expect(composer.textContent).toContain('Fill this in.');
  await user.keyboard('hello{Shift>}{Enter}{/Shift}you{Enter}');
  expect(taken()).toEqual([['hive/coder', 'send', { body: { text: 'hello\nyou' } }, 'none']]);
  expect(field.value).toBe('');
  await user.click(screen.getByTestId('offer-abort'));
  expect(taken()).toHaveLength(1);
  await tell({ patch: 'receipt', row: receipt({ key: 'hive/coder', intent: lastIntent() }) });
  await user.click(screen.getByTestId('offer-abort'));
  expect(taken().at(-1)).toEqual(['hive/coder', 'abort', {}, 'none']);
});

function lastIntent(): string {
  const command = host.sent.findLast((sent) => sent.command === 'intent.take');
  return command?.command === 'intent.take' ? command.intent.id : '';
}

test('a task shows how far it is and what it took, and all of them what they took together', async () => {
  await open('gk', { patch: 'task', row: task(1) }, { patch: 'task', row: task(2, { state: 'done' }) });
  const [first] = screen.getAllByTestId('task-row');
  for (const words of ['Task 1', 'running, building', '1:05', '12 turns', '$1.25']) {
    expect(first?.textContent).toContain(words);
  }
  expect(screen.getAllByRole('progressbar')[0]?.getAttribute('aria-valuenow')).toBe('40');
  const totals = await screen.findByTestId('usage-totals');
  expect(totals.textContent).toContain('$2.50');
  const chart = screen.getByTestId('usage-chart');
  expect(within(chart).getByTestId('usage-table').textContent).toContain('hive prod');
  await user.keyboard('j');
  const detail = screen.getByTestId('task-detail');
  expect(detail.textContent).toContain((34_100).toLocaleString());
  await user.keyboard('{Enter}{Escape}');
  expect(screen.getByTestId('task-detail')).toBeTruthy();
  await user.keyboard('{Escape}');
  expect(screen.getByTestId('usage-totals')).toBeTruthy();
});

test('a finding is overridden with a reason, in the same dialog', async () => {
  await open('gfj', { patch: 'finding', row: finding(1) });
  expect(screen.getByTestId('finding-row').dataset['state']).toBe('open');
  expect(screen.getByTestId('finding-detail').textContent).toContain('data/run_1.csv');
  await user.click(screen.getByTestId('offer-override'));
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(screen.getByTestId('offer-dialog').textContent).toContain('Fill this in.');
  await user.click(screen.getByTestId('dialog-cancel'));
  expect(screen.queryByTestId('offer-dialog')).toBeNull();
  await user.click(screen.getByTestId('offer-override'));
  expect(screen.getByTestId('offer-dialog').textContent).not.toContain('Fill this in.');
  await user.type(screen.getByTestId('field-reason'), 'calibration run');
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(taken()).toEqual([['hive/finding:1', 'override', { reason: { text: 'calibration run' } }, 'none']]);
});

test('what tasks took is one press away from a task', async () => {
  await open('gkj', { patch: 'task', row: task(1) });
  expect(screen.queryByTestId('usage')).toBeNull();
  await user.click(screen.getByTestId('show-usage'));
  expect(await screen.findByTestId('usage-totals')).toBeTruthy();
  await user.selectOptions(screen.getByTestId('usage-by'), 'agent');
  expect(host.sent.at(-1)).toMatchObject({ command: 'usage.sum', by: 'agent' });
  await user.selectOptions(screen.getByTestId('usage-measure'), 'cost');
  expect(screen.getByTestId('usage-read').textContent).toContain('$2.50');
  await user.keyboard('{Escape}');
  expect(screen.getByTestId('task-detail')).toBeTruthy();
});

test('what the last audit did is marked and filtered by; nothing can be done about what it removed', async () => {
  await open(
    'gf',
    { patch: 'finding', row: finding(1, { news: { what: 'added', at: NOON } }) },
    { patch: 'finding', row: finding(2, { news: { what: 'removed', at: NOON }, offers: [] }) },
  );
  expect(screen.getAllByTestId('finding-row').map((row) => /new|removed/.exec(row.textContent)?.[0])).toEqual(
    ['new', 'removed'],
  );
  await user.selectOptions(screen.getByTestId('findings-news'), 'removed');
  await user.click(screen.getByTestId('finding-row'));
  expect(screen.getByTestId('finding-detail').textContent).toContain('Last audit');
  expect(screen.queryByTestId('offer-override')).toBeNull();
});

test('odd frames of a source lead to the history, as they came', async () => {
  past = [entry(1, { kind: 'odd', text: 'no JSON', raw: '<html>' })];
  await open('gs', { patch: 'source', row: source({ counts: { asksOpen: 0, entries: 9, odd: 3 } }) });
  expect(screen.getByTestId('source-odd').textContent).toBe('3 odd');
  await user.click(screen.getByTestId('source-odd'));
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('History');
  expect(host.sent.findLast(({ command }) => command === 'history.page')).toMatchObject({
    filter: { source: 'hive', kind: 'odd' },
  });
});

test('words are read with all their lines, and what a tool brought is folded', async () => {
  const talk = { thread: 'coder' };
  past = [
    entry(2, { ...talk, kind: 'stream', text: 'bash ls: done', raw: '{"tool":"bash"}' }),
    entry(1, { ...talk, kind: 'stream', text: 'It works: - one - two' }),
  ];
  bodies = [
    { item: 'message:1', pieces: [{ piece: 'said', text: 'It works:\n\n- one\n- two' }], cut: true },
    { item: 'message:2', pieces: [{ piece: 'shown', title: 'Result', text: 'a.txt\nb.txt' }], cut: false },
  ];
  await open('gtj', { patch: 'thread', row: thread('coder') });
  const words = await screen.findByTestId('message-entry');
  expect(
    within(words)
      .getAllByRole('listitem')
      .map((one) => one.textContent),
  ).toEqual(['one', 'two']);
  await user.click(within(words).getByTestId('whole'));
  expect(host.sent.at(-1)).toEqual({
    command: 'body.list',
    source: 'hive',
    items: ['message:1'],
    whole: true,
  });
  const tool = screen.getByTestId('folded-entry');
  expect(tool.textContent).not.toContain('b.txt');
  await user.click(within(tool).getByText('bash ls: done'));
  await expect.poll(() => tool.textContent).toContain('a.txt\nb.txt');
});
