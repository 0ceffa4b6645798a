import type { AskView, EntryView, Field, Offer, ReceiptView, SourceView } from '../gen';

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
    settledAt: null,
    verdict: 'pending',
    note: '',
    fault: null,
    ...more,
  };
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
    ask: null,
    text: `entry ${number}`,
    raw: `{"n":${number}}`,
    ...more,
  };
}
