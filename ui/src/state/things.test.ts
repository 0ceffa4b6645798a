import { expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { agent, approval, finding, NOON, receipt, source, task, thread } from '../gallery/samples';
import type { FindingView, Novelty, Patch, SourceDraft, ThreadView } from '../gen';
import { App } from './app.svelte';
import { arrange } from './threads.svelte';

function open(...patches: Patch[]): { app: App; host: FixtureHost } {
  const host = new FixtureHost();
  const app = new App(host, localStorage, (paint) => paint());
  app.desk.open();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() }, ...patches);
  return { app, host };
}

const rows = (...threads: ThreadView[]): Map<string, ThreadView> =>
  new Map(threads.map((row) => [row.key, row]));

test('agents stand under their sources, and what hangs under a source comes after it', () => {
  const { app } = open(
    { patch: 'source', row: source({ source: 'a', name: 'a lab' }) },
    {
      patch: 'source',
      row: source({ source: 'sub', name: 'coder itself', settings: { parent: ['hive'] } }),
    },
    { patch: 'agent', row: agent({ key: 'sub/agent:x', source: 'sub' }) },
    { patch: 'agent', row: agent({ key: 'hive/agent:z', name: 'z' }) },
    { patch: 'agent', row: agent() },
    { patch: 'agent', row: agent({ key: 'a/agent:x', source: 'a' }) },
  );
  expect(app.agents.list.groups.map(({ title }) => title)).toEqual([
    'a lab',
    'hive prod',
    'hive prod › coder itself',
  ]);
  expect(app.agents.list.groups[1]?.rows.map(({ name }) => name)).toEqual(['coder', 'z']);
});

test('an agent is blocked by what it asked and nobody answered, in its own source', () => {
  const { app } = open(
    { patch: 'ask', row: approval() },
    { patch: 'ask', row: approval({ key: 'hive/approval:8', state: 'settled' }) },
    { patch: 'ask', row: approval({ key: 'other/approval:7', source: 'other' }) },
    { patch: 'ask', row: approval({ key: 'hive/approval:9', agent: 'planner' }) },
  );
  expect(app.agents.blocked(agent()).map(({ key }) => key)).toEqual(['hive/approval:7']);
});

test('an agent with a server of its own is attached as the engine offers it, once', async () => {
  const draft: SourceDraft = {
    name: 'hive prod coder',
    dialect: 'hyperhive-agent',
    url: 'http://127.0.0.1:7101',
    auth: { type: 'none' },
    secret: { kept: 'unchanged' },
    settings: { parent: ['hive'] },
  };
  const row = agent({ attachment: draft });
  const { app, host } = open({ patch: 'agent', row });
  expect(app.agents.attachment(agent())).toBeNull();
  expect(app.agents.attachment(row)).toBe(draft);
  await app.agents.attach(draft);
  expect(host.sent.at(-1)).toEqual({ command: 'source.add', draft });
  const attached = source({ source: 'sub', dialect: draft.dialect, url: `${draft.url}/` });
  host.push({ patch: 'source', row: { ...attached, dialect: 'another' } });
  expect(app.agents.attachment(row)).toBe(draft);
  host.push({ patch: 'source', row: attached });
  expect(app.agents.attachment(row)).toBeNull();
});

test('busy threads come first, then the newest, each with those it started below it', () => {
  const branches = arrange(
    rows(
      thread('old', { updatedAt: 1 }),
      thread('child', { parent: 'old', updatedAt: 9 }),
      thread('new', { updatedAt: 5 }),
      thread('grandchild', { parent: 'child' }),
      thread('busy', { updatedAt: 0, state: 'busy' }),
      thread('orphan', { parent: 'nobody', updatedAt: 3 }),
    ),
  );
  expect(branches.map(({ title, depth }) => [title, depth])).toEqual([
    ['busy', 0],
    ['new', 0],
    ['orphan', 0],
    ['old', 0],
    ['child', 1],
    ['grandchild', 2],
  ]);
});

test('threads that are their own parents are all there, once', () => {
  const circle = rows(
    thread('a', { parent: 'b' }),
    thread('b', { parent: 'a' }),
    thread('c', { parent: 'c' }),
  );
  expect(
    arrange(circle)
      .map(({ title }) => title)
      .sort(),
  ).toEqual(['a', 'b', 'c']);
});

test('a very long chain of threads is no reason to fall over', () => {
  const chain = Array.from({ length: 20_000 }, (_, at) => thread(`t${at}`, { parent: `t${at - 1}` }));
  expect(arrange(rows(...chain))).toHaveLength(20_000);
});

test('findings stand by source and by how bad they are, the worst first', () => {
  const { app } = open(
    { patch: 'finding', row: finding(1, { severity: 'info' }) },
    { patch: 'finding', row: finding(2, { severity: 'fatal' }) },
    { patch: 'finding', row: finding(3, { severity: 'warning' }) },
    { patch: 'finding', row: finding(4) },
    { patch: 'finding', row: finding(5) },
  );
  expect(app.findings.list.groups.map(({ title, rows }) => [title, rows.length])).toEqual([
    ['hive prod · errors', 2],
    ['hive prod · warnings', 1],
    ['hive prod · fatal', 1],
    ['hive prod · info', 1],
  ]);
});

test('what the last audit did can be filtered by, with a part of the rule or the path', () => {
  const news = (what: Novelty): FindingView['news'] => ({ what, at: NOON });
  const { app } = open(
    { patch: 'finding', row: finding(1) },
    { patch: 'finding', row: finding(2, { news: news('added') }) },
    { patch: 'finding', row: finding(3, { news: news('removed') }) },
    { patch: 'finding', row: finding(4, { news: news('added'), state: 'overridden', path: 'Other/x' }) },
  );
  const { findings } = app;
  const shown = (): string[] => findings.list.rows.map(({ rule }) => rule);
  expect([findings.known, findings.open]).toEqual([4, 2]);
  expect(findings.fresh).toEqual({ added: 2, changed: 0, removed: 1 });
  findings.news = 'added';
  expect(shown()).toEqual(['RULE-2', 'RULE-4']);
  findings.query = ' other/';
  expect(shown()).toEqual(['RULE-4']);
  findings.news = null;
  findings.query = 'rule-3';
  expect(shown()).toEqual(['RULE-3']);
});

test('a source that hangs under another comes after it', () => {
  const under = (id: string, parent: string): Patch => ({
    patch: 'source',
    row: source({ source: id, name: id, settings: { parent: [parent] } }),
  });
  const { app } = open(under('a child', 'hive'), under('itself', 'itself'), {
    patch: 'source',
    row: source({ source: 'z', name: 'z' }),
  });
  expect(app.sources.rows.map((row) => [row.source, app.sources.hangs(row)])).toEqual([
    ['hive', false],
    ['a child', true],
    ['itself', false],
    ['z', false],
  ]);
});

test('a list moves from row to row and stops at its ends', () => {
  const { app } = open({ patch: 'task', row: task(1) }, { patch: 'task', row: task(2, { startedAt: 1 }) });
  const { list } = app.tasks;
  const seen = ([1, 1, 1, -1] as const).map((step) => {
    list.move(step);
    return list.current?.title;
  });
  expect(seen).toEqual(['Task 1', 'Task 2', 'Task 2', 'Task 1']);
});

test('what was done to an agent can be taken back while its time lasts', () => {
  const restart = receipt({ key: 'hive/agent:coder', label: 'Restart', heldUntil: NOON + 5000 });
  const { app, host } = open(
    { patch: 'agent', row: agent() },
    { patch: 'ask', row: approval({ state: 'held', heldUntil: NOON + 3000 }) },
    { patch: 'receipt', row: restart },
    {
      patch: 'receipt',
      row: receipt({ key: 'hive/agent:z', intent: 'by bell', surface: 'commandLine' }),
    },
  );
  app.clock.now = NOON + 4999;
  expect(app.holding.rows.map(({ key, until }) => [key, until - NOON])).toEqual([
    ['hive/agent:coder', 5000],
    ['hive/approval:7', 3000],
  ]);
  app.clock.now = NOON + 5000;
  expect(app.holding.of('hive/agent:coder')).toBeUndefined();
  app.clock.now = NOON;
  host.push({ patch: 'receiptGone', intent: restart.intent });
  expect(app.holding.of('hive/agent:coder')).toBeUndefined();
});

test('what was said to a thread leaves the field, and comes back when it is taken back', async () => {
  const row = thread('coder');
  const { app, host } = open({ patch: 'thread', row });
  const [send] = row.offers;
  const [body] = send?.fields ?? [];
  if (send === undefined || body === undefined) throw new Error('the sample has changed');
  const drafted = (): unknown => app.drafts.value(row.key, send, body);
  host.reply = () => ({ answer: 'taken', receipt: receipt() });
  app.drafts.put(row.key, send, body, { text: 'hello' });
  await app.intents.take({ ...row }, send);
  expect(drafted()).toEqual({ text: '' });
  const taken = host.sent.at(-1);
  if (taken?.command !== 'intent.take') throw new Error('nothing was sent');
  const pending = receipt({
    key: row.key,
    intent: taken.intent.id,
    offer: 'send',
    heldUntil: NOON + 5000,
  });
  host.push({ patch: 'receipt', row: pending });
  app.clock.now = pending.answeredAt;
  expect(app.holding.of(row.key)?.label).toBe('Approve');
  await app.intents.undo(row.key);
  host.push({ patch: 'receiptGone', intent: pending.intent });
  expect(drafted()).toEqual({ text: 'hello' });
  expect(app.holding.of(row.key)).toBeUndefined();
  expect(app.intents.receipt(row.key)).toBeUndefined();
});
