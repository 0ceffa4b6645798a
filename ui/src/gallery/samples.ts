import type {
  AgentView,
  AskView,
  EntryContext,
  EntryView,
  Field,
  Figures,
  FindingView,
  Offer,
  ReceiptView,
  RecordView,
  SourceView,
  StorageView,
  TaskView,
  ThreadView,
  UsageView,
} from '../gen';

/** Noon of a day, for whatever needs a time that does not run. */
export const NOON = Date.UTC(2026, 10, 21, 12);

export function offer(id: string, label: string, more: Partial<Offer> = {}): Offer {
  return {
    id,
    label,
    tone: 'neutral',
    scope: 'once',
    danger: 'none',
    name: null,
    explains: null,
    fields: [],
    ...more,
  };
}

export function text(id: string, more: Partial<Field> = {}): Field {
  return {
    id,
    label: 'Reason',
    required: false,
    hint: null,
    input: { type: 'text', multiline: true, min: 0, max: 4000, maxBytes: null, default: null },
    ...more,
  };
}

export function pick(id: string, labels: string[], many: boolean, more: Partial<Field> = {}): Field {
  return {
    id,
    label: 'Answer',
    required: true,
    hint: null,
    input: {
      type: 'pick',
      options: labels.map((label) => ({ label, explains: null })),
      many,
      other: true,
      maxBytes: null,
    },
    ...more,
  };
}

export const DIFF = `--- a/agents/coder/agent.nix
+++ b/agents/coder/agent.nix
@@ -14,6 +14,8 @@ environment
   systemPackages = with pkgs; [
     git
-    gnugrep
+    ripgrep
+    fd
   ];

+  environment.variables.RIPGREP_CONFIG_PATH = "/etc/rg";
 }
`;

export function approval(more: Partial<AskView> = {}): AskView {
  return {
    key: 'hive/approval:7',
    source: 'hive',
    dialect: 'hyperhive',
    kind: 'approval',
    title: 'Apply a1b2c3d: add ripgrep to the coder image',
    detail: 'The search step shells out to grep and takes **40 s**. With ripgrep it takes 2 s.',
    subject: { type: 'diff', unified: DIFF },
    agent: 'coder',
    thread: null,
    askedAt: NOON - 120_000,
    askedSaid: true,
    expiresAt: null,
    urgency: 'normal',
    state: 'open',
    heldUntil: null,
    snoozedUntil: null,
    fault: null,
    offers: [
      offer('approve', 'Approve', { tone: 'yes' }),
      offer('deny', 'Deny', { tone: 'no', fields: [text('note')] }),
    ],
    shown: '00112233445566778899aabbccddeeff',
    outcome: null,
    outcomeNote: null,
    by: null,
    settledAt: null,
    ...more,
  };
}

export function question(more: Partial<AskView> = {}): AskView {
  return approval({
    key: 'hive/question:3',
    kind: 'question',
    title: 'Which hosts get the update?',
    detail: null,
    subject: { type: 'nothing' },
    agent: 'planner',
    offers: [
      offer('answer', 'Answer', { tone: 'yes', fields: [pick('answer', ['alpha', 'beta', 'gamma'], true)] }),
      offer('cancel', 'Cancel the question', { tone: 'no' }),
    ],
    ...more,
  });
}

export function source(more: Partial<SourceView> = {}): SourceView {
  return {
    source: 'hive',
    name: 'hive prod',
    dialect: 'hyperhive',
    url: 'http://127.0.0.1:7000',
    auth: { type: 'none' },
    secret: { kept: 'none' },
    settings: {},
    paused: false,
    link: { state: 'live', since: NOON - 3_600_000 },
    counts: { asksOpen: 1, entries: 12, odd: 0 },
    lagMs: 2,
    asOf: null,
    ...more,
  };
}

export function receipt(more: Partial<ReceiptView> = {}): ReceiptView {
  return {
    intent: 'intent-1',
    key: 'hive/approval:7',
    title: 'Apply a1b2c3d',
    offer: 'approve',
    label: 'Approve',
    surface: 'window',
    shown: '00112233445566778899aabbccddeeff',
    answeredAt: NOON,
    heldUntil: null,
    settledAt: null,
    verdict: 'pending',
    note: '',
    fault: null,
    ...more,
  };
}

/** An entry that nothing is around. */
export function alone(it: EntryView, more: Partial<EntryContext> = {}): EntryContext {
  const body = { item: it.item, pieces: [], cut: false };
  return { entry: it, body, strand: 'source', after: [], before: [], ask: null, receipts: [], ...more };
}

export function entry(number: number, more: Partial<EntryView> = {}): EntryView {
  return {
    cursor: String(number),
    at: NOON + number,
    said: true,
    source: 'hive',
    item: `message:${number}`,
    kind: 'message',
    agent: 'coder',
    thread: null,
    ended: null,
    ask: null,
    text: `entry ${number}`,
    raw: `{"n":${number}}`,
    found: [],
    ...more,
  };
}

export function agent(more: Partial<AgentView> = {}): AgentView {
  return {
    key: 'hive/agent:coder',
    source: 'hive',
    name: 'coder',
    state: 'running',
    transient: null,
    facts: { port: '7101', revision: 'a1b2c3d' },
    attachment: null,
    offers: [
      offer('restart', 'Restart', { danger: 'confirm' }),
      offer('purge', 'Purge', { tone: 'no', danger: 'typeTheName', name: 'coder' }),
    ],
    shown: 'shown of coder',
    ...more,
  };
}

export function thread(item: string, more: Partial<ThreadView> = {}): ThreadView {
  return {
    key: `hive/${item}`,
    source: 'hive',
    title: item,
    parent: null,
    agent: 'coder',
    state: 'idle',
    updatedAt: NOON,
    offers: [
      offer('send', 'Send', {
        tone: 'yes',
        fields: [text('body', { label: 'Message', required: true })],
      }),
      offer('abort', 'Stop the turn', { tone: 'no' }),
    ],
    shown: `shown of ${item}`,
    ...more,
  };
}

export function task(number: number, more: Partial<TaskView> = {}): TaskView {
  return {
    key: `hive/task:${number}`,
    source: 'hive',
    title: `Task ${number}`,
    agent: 'coder',
    thread: null,
    state: 'running',
    phase: 'building',
    progress: 40,
    turns: 12,
    tokensIn: 34_100,
    tokensOut: 2000,
    costMicros: 1_250_000,
    startedAt: NOON - 65_000,
    endedAt: null,
    offers: [],
    shown: `shown of task ${number}`,
    ...more,
  };
}

export function finding(number: number, more: Partial<FindingView> = {}): FindingView {
  return {
    key: `hive/finding:${number}`,
    source: 'hive',
    rule: `RULE-${number}`,
    path: `data/run_${number}.csv`,
    severity: 'error',
    text: 'A file has **no owner**.',
    state: 'open',
    seenAt: NOON,
    news: null,
    offers: [offer('override', 'Override', { fields: [text('reason', { required: true })] })],
    shown: `shown of finding ${number}`,
    ...more,
  };
}

export function usage(buckets: number): UsageView {
  const amount = (n: number) => ({ tokensIn: 34_100 * n, tokensOut: 2000 * n, costMicros: 1_250_000 * n });
  return {
    whose: { whose: 'source', source: 'hive' },
    tasks: 2,
    total: amount(2),
    buckets: Array.from({ length: buckets }, (_, at) => amount(at >= buckets - 2 ? 1 : 0)),
  };
}

export function figures(more: Partial<Figures> = {}): Figures {
  return { answered: {}, took: null, elsewhere: 0, missed: 0, dropped: 0, ...more };
}

export function record(buckets: number): RecordView {
  const some = figures({
    answered: { approved: 3, denied: 1 },
    took: { medianMs: 8500, p95Ms: 200_000 },
    elsewhere: 2,
    missed: 1,
  });
  return {
    whose: { whose: 'all' },
    total: some,
    buckets: Array.from({ length: buckets }, (_, at) => (at === buckets - 1 ? some : figures())),
  };
}

/** What a history takes on the disk, with a rule and what it took out. */
export const STORAGE: StorageView = {
  database: 48_300_000,
  free: 2_100_000,
  log: 4_200_000,
  index: { bytes: 51_000_000, behind: 12_400, trouble: null },
  shares: [
    { source: 'hive', kind: 'message', entries: 41_200, textBytes: 3_100_000, frameBytes: 12_400_000 },
    { source: 'hive', kind: 'stream', entries: 60_100, textBytes: 6_200_000, frameBytes: 14_800_000 },
    { source: 'lab', kind: 'receipt', entries: 310, textBytes: 21_000, frameBytes: 96_000 },
  ],
  removed: [],
  rules: [
    {
      rule: { portion: { source: null, kind: 'stream' }, days: 30, entries: null, bytes: 2_000_000_000 },
      excess: 0,
    },
  ],
  job: null,
  trouble: null,
};
