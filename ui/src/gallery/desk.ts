import type { Answer, AskView, Command, Patch } from '../gen';
import { App } from '../state/app.svelte';
import { SETTINGS } from '../words/ringing';
import { EVERYTHING } from './diffs';
import { FixtureHost } from './fixture-host';
import {
  agent,
  alone,
  approval,
  entry,
  finding,
  NOON,
  offer,
  question,
  receipt,
  source,
  task,
  text,
  thread,
  usage,
} from './samples';

const ALWAYS = offer('always', 'Always approve', {
  tone: 'yes',
  scope: 'always',
  danger: 'confirm',
  explains:
    'Allows all commands that match git push * or npm publish *, in every session of this project, without asking again until opencode is restarted.',
});

const NOTE = text('note', { label: 'Note', hint: 'The agent reads it.' });

/** One of each kind of ask. */
const ASKS: AskView[] = [
  approval({ subject: { type: 'diff', unified: EVERYTHING } }),
  approval({
    key: 'hive/approval:8',
    title: 'Run: git push origin main',
    detail: null,
    urgency: 'urgent',
    expiresAt: Date.now() + 240_000,
    subject: {
      type: 'command',
      text: `git push origin main\n${String.fromCodePoint(0x202e)}--force`,
      cwd: '/srv/app',
    },
    offers: [
      offer('approve', 'Approve', { tone: 'yes' }),
      ALWAYS,
      offer('deny', 'Deny', { tone: 'no', fields: [{ ...NOTE, required: true }] }),
    ],
  }),
  approval({
    key: 'hive/approval:9',
    title: 'Edit src/limits.ts',
    detail: null,
    subject: {
      type: 'tool',
      name: 'edit',
      arguments: JSON.stringify({
        filePath: 'src/limits.ts',
        oldString: 'export const MOST = 10;\nexport const LEAST = 1;',
        newString: 'export const MOST = 100;\nexport const LEAST = 1;',
        replaceAll: false,
        why: { ticket: 118, tags: ['limits', 'load'], words: 'The load test needs more. '.repeat(40) },
      }),
    },
  }),
  question(),
];

/** What there is on every screen. */
const BOARD: Patch[] = [
  { patch: 'reset' },
  { patch: 'settings', settings: SETTINGS },
  { patch: 'source', row: source() },
  { patch: 'source', row: source({ source: 'lab', name: 'lab', link: { state: 'off' }, paused: true }) },
  { patch: 'agent', row: agent() },
  { patch: 'thread', row: thread('A thread') },
  { patch: 'task', row: task(1) },
  { patch: 'task', row: task(2, { state: 'done', progress: 100 }) },
  { patch: 'finding', row: finding(1) },
  ...ASKS.map((row): Patch => ({ patch: 'ask', row })),
];

/** What became of an ask, as a line of history. */
const DENIED = entry(3, {
  kind: 'receipt',
  ask: 'approval:7',
  text: 'Deny “Apply a1b2c3d”: won.',
  ended: { outcome: 'denied', by: 'Us' },
});

function reply(command: Command): Answer {
  switch (command.command) {
    case 'history.page':
      return { answer: 'history', rows: [DENIED, entry(2), entry(1)] };
    case 'entry.show':
      return {
        answer: 'entry',
        context: alone(DENIED, {
          strand: 'ask',
          after: [entry(4, { text: 'The notification was withdrawn' })],
          before: [entry(2), entry(1)],
          ask: approval({ state: 'settled', outcome: 'denied', by: 'us', settledAt: NOON }),
          receipts: [receipt({ verdict: 'won', settledAt: NOON, label: 'Deny' })],
        }),
      };
    case 'history.timeline':
      return {
        answer: 'timeline',
        timeline: {
          span: [NOON, NOON + 3],
          counts: command.edges.slice(1).map((_, at) => at % 5),
          countedFrom: null,
        },
      };
    case 'usage.sum':
      return { answer: 'usage', rows: [usage(command.edges.length - 1)] };
    case 'body.list':
      return { answer: 'bodies', rows: [] };
    case 'dialect.list':
      return { answer: 'dialects', rows: [] };
    default:
      return { answer: 'taken', receipt: receipt() };
  }
}

export interface Desk {
  app: App;
  host: FixtureHost;
  asks: AskView[];
}

/** A desk with something on every screen. */
export function desk(): Desk {
  const host = new FixtureHost(reply);
  const app = new App(host, localStorage);
  app.start();
  host.push(...BOARD);
  return { app, host, asks: ASKS };
}
