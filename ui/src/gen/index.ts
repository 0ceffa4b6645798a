// Generated from the Rust types by `cargo test -p deskbell-engine --test types`; not edited by hand.

export type AgentState = "running" | "working" | "stopped" | "needsLogin" | "gone" | string;

export type AgentView = { key: Key, source: SourceId, name: string, state: AgentState, transient: Transient | null, facts: { [key in string]: string }, 
/**
 * The source that would listen to the agent itself, where it has a server of its own: to be added as it is.
 */
attachment: SourceDraft | null, offers: Array<Offer>, 
/**
 * The hash of the offers. An intent carries it back.
 */
shown: Hash, };

export type Amount = { tokensIn: number, tokensOut: number, 
/**
 * Millionths of a US dollar.
 */
costMicros: number, };

/**
 * What the engine answers.
 */
export type Answer = { "answer": "done" } | { "answer": "dialects", rows: Array<DialectView>, } | { "answer": "sources", rows: Array<SourceView>, } | { "answer": "source", row: SourceView, } | { "answer": "detected", 
/**
 * The ports that were looked at.
 */
ports: Array<number>, rows: Array<DetectedView>, } | { "answer": "tested", report: TestReport, } | { "answer": "asks", rows: Array<AskView>, } | { "answer": "ask", row: AskView, } | { "answer": "agents", rows: Array<AgentView>, } | { "answer": "threads", rows: Array<ThreadView>, } | { "answer": "tasks", rows: Array<TaskView>, } | { "answer": "usage", rows: Array<UsageView>, } | { "answer": "record", rows: Array<RecordView>, } | { "answer": "findings", rows: Array<FindingView>, } | { "answer": "taken", receipt: ReceiptView, } | { "answer": "receipt", receipt: ReceiptView, } | { "answer": "receipts", rows: Array<ReceiptView>, } | { "answer": "history", rows: Array<EntryView>, } | { "answer": "entry", context: EntryContext, } | { "answer": "exported", part: ExportPart, } | { "answer": "searches", rows: Array<SavedSearch>, } | { "answer": "drafts", rows: Array<Draft>, } | { "answer": "imported", tally: Tally, } | { "answer": "timeline", timeline: TimelineView, } | { "answer": "bodies", rows: Array<BodyView>, } | { "answer": "storage", storage: StorageView, } | { "answer": "counted", entries: number, } | { "answer": "index", index: IndexView, } | { "answer": "settings", settings: Settings, } | { "answer": "notifications", desktop: Desktop | null, test: SelfTest | null, };

/**
 * Who is looked for among those who ended something.
 */
export type Answerer = "Us" | "Nobody" | { "Other": string | null };

export type AskKind = "approval" | "question" | "form" | "unknown";

export type AskStateWord = "open" | "held" | "sending" | "sent" | "stuck" | "settled";

export type AskView = { key: Key, source: SourceId, dialect: string, kind: AskKind, title: string, detail: string | null, subject: Subject, agent: string | null, thread: ItemId | null, askedAt: Millis, 
/**
 * Whether `askedAt` is the server's time; otherwise it is when Deskbell first saw it.
 */
askedSaid: boolean, expiresAt: Millis | null, urgency: Urgency, state: AskStateWord, heldUntil: Millis | null, 
/**
 * The operator wants to hear of it then, and not before.
 */
snoozedUntil: Millis | null, fault: Fault | null, offers: Array<Offer>, 
/**
 * The hash of all the operator is shown. An answer carries it back.
 */
shown: Hash, outcome: OutcomeWord | null, 
/**
 * The answer, the reason, the error: whatever words came with the outcome.
 */
outcomeNote: string | null, 
/**
 * `us`, `nobody`, or who.
 */
by: string | null, settledAt: Millis | null, };

/**
 * How a request shows who sends it.
 */
export type Auth = { "type": "none" } | { "type": "bearer" } | { "type": "basic", user: string, } | { "type": "header", name: string, } | { "type": "cookie", name: string, } | { "type": "query", name: string, };

/**
 * What a subscriber hears. `number` counts up by one from 1; a missing number means: subscribe again.
 * The first batch begins with `reset`, followed by everything there is.
 */
export type Batch = { number: number, patches: Array<Patch>, };

/**
 * What one line of history stands for.
 */
export type BodyView = { item: ItemId, 
/**
 * None where the line says it all.
 */
pieces: Array<Piece>, 
/**
 * There is more than is given here.
 */
cut: boolean, };

export type By = "Us" | { "Other": string } | "Nobody";

/**
 * A line of history on its way.
 */
export type CarriedEntry = { source: SourceId, item: ItemId, at: Millis, 
/**
 * Whether `at` is the server's time; otherwise it is when Deskbell first saw it.
 */
said: boolean, kind: EntryKind, agent: string | null, thread: ItemId | null, ask: ItemId | null, 
/**
 * How it ended there, what the line is about.
 */
ended: Ended | null, text: string, raw: string, };

export type Choice = { label: string, explains: string | null, };

/**
 * Everything the engine can be asked to do.
 */
export type Command = { "command": "dialect.list" } | { "command": "source.list" } | { "command": "source.add", draft: SourceDraft, } | { "command": "source.edit", source: SourceId, draft: SourceDraft, } | { "command": "source.remove", source: SourceId, } | { "command": "source.pause", source: SourceId, } | { "command": "source.resume", source: SourceId, } | { "command": "source.test", draft: SourceDraft, source: SourceId | null, } | { "command": "source.detect", ports: Array<number>, } | { "command": "ask.list", all: boolean, } | { "command": "ask.reveal", key: Key, } | { "command": "entry.show", key: Key, } | { "command": "entry.reveal", key: Key, } | { "command": "ask.snooze", key: Key, until: Millis | null, } | { "command": "agent.list" } | { "command": "thread.list" } | { "command": "task.list" } | { "command": "usage.sum", by: SumBy, edges: Array<Millis>, } | { "command": "record.sum", by: SumBy, edges: Array<Millis>, } | { "command": "finding.list" } | { "command": "intent.take", intent: Intent, surface: Surface, } | { "command": "intent.undo", intent: IntentId, } | { "command": "intent.retry", intent: IntentId, } | { "command": "intent.discard", intent: IntentId, } | { "command": "receipt.wait", intent: IntentId, timeoutMs: number, } | { "command": "receipt.list", key: Key, } | { "command": "history.page", filter: HistoryFilter, } | { "command": "history.export", filter: HistoryFilter, format: Format, } | { "command": "search.list" } | { "command": "search.save", search: SavedSearch, insteadOf: string | null, } | { "command": "search.remove", name: string, } | { "command": "draft.list" } | { "command": "draft.keep", draft: Draft, } | { "command": "history.import", sources: { [key in SourceId]: Origin }, entries: Array<CarriedEntry>, } | { "command": "history.timeline", filter: HistoryFilter, edges: Array<Millis>, } | { "command": "body.list", source: SourceId, items: Array<ItemId>, whole: boolean, } | { "command": "storage.show" } | { "command": "storage.count", portion: Portion, before: Millis | null, } | { "command": "storage.clear", portion: Portion, before: Millis | null, } | { "command": "storage.compact" } | { "command": "storage.cancel" } | { "command": "retention.set", rules: Array<Rule>, } | { "command": "index.show" } | { "command": "index.remake" } | { "command": "settings.get" } | { "command": "settings.set", settings: Settings, } | { "command": "notification.show" } | { "command": "notification.test" };

/**
 * Why a command was not done. Nothing changed.
 */
export type CommandError = { code: ErrorCode, message: string, };

/**
 * What the operator did to show that they mean a dangerous offer.
 */
export type Consent = "none" | "confirmed" | { "typed": string };

export type Counts = { asksOpen: number, entries: number, odd: number, };

/**
 * What the operator must do before this is taken.
 */
export type Danger = "none" | "confirm" | "typeTheName";

export type Day = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";

/**
 * What this desktop's notifications can do, as far as it has said.
 */
export type Desktop = { 
/**
 * Who shows them: the server's name and version.
 */
server: string | null, buttons: boolean, reply: boolean, 
/**
 * What the server says it can do, in its own words.
 */
capabilities: Array<string>, 
/**
 * Why nothing can be shown now, in plain words.
 */
trouble: string | null, };

export type Detected = { "is": "server", title: string, draft: SourceDraft, } | { "is": "locked", title: string, draft: SourceDraft, } | { "is": "known", source: SourceId, } | { "is": "other" };

/**
 * Who listens at a port of this machine.
 */
export type DetectedView = { url: string, who: Detected, };

/**
 * What a dialect is and takes, for the form that adds a source.
 */
export type DialectView = { name: string, title: string, about: string, defaultUrl: string, 
/**
 * Whether the address may be left out: such a server says where it is in a file on this machine.
 */
findsItself: boolean, 
/**
 * The ways in it may have, as they are filled in at first. The first is the usual one.
 */
logins: Array<Auth>, settings: Array<SettingView>, };

/**
 * What stands in the fields of an offer and was not sent.
 */
export type Draft = { key: Key, offer: string, 
/**
 * Never a secret. Empty: there is nothing to keep.
 */
values: { [key in string]: Value }, };

/**
 * How it ended, what a line of history is about: with an ask, its outcome; with an answer that did not win, its
 * verdict.
 */
export type Ended = { outcome: LineOutcome, by: By, };

export type EntryContext = { entry: EntryView, 
/**
 * What the frame says, whole.
 */
body: BodyView, 
/**
 * Where those before and after it are from.
 */
strand: Strand, 
/**
 * The next newer ones, the newest first.
 */
after: Array<EntryView>, 
/**
 * The next older ones, the newest first.
 */
before: Array<EntryView>, 
/**
 * The ask it is about, where that is still known.
 */
ask: AskView | null, 
/**
 * The answers to it, the newest first.
 */
receipts: Array<ReceiptView>, };

export type EntryKind = "message" | "stream" | "turn" | "lifecycle" | "ask" | "receipt" | "finding" | "odd" | "gap" | "notice";

/**
 * One row of history.
 */
export type EntryView = { 
/**
 * Where it stands in the history: `before` and `after` take it.
 */
cursor: string, at: Millis, 
/**
 * Whether `at` is the server's time; otherwise it is when Deskbell saw it.
 */
said: boolean, source: SourceId, item: ItemId, kind: EntryKind, agent: string | null, thread: ItemId | null, ask: ItemId | null, 
/**
 * How it ended, what the line is about.
 */
ended: Ended | null, text: string, raw: string, 
/**
 * What is shown of it where something was looked for, part by part; empty otherwise.
 */
found: Array<SpanView>, };

export type ErrorCode = "invalid" | "notFound" | "changed" | "notOpen" | "failed";

/**
 * What is next of an export.
 */
export type ExportPart = { text: string, 
/**
 * How many lines of history it holds.
 */
lines: number, 
/**
 * Where the part after it begins: to be given as `before`. Nothing after the last one.
 */
next: string | null, };

/**
 * Something went wrong for *us*. Says what happened and what the operator can do.
 */
export type Fault = { code: FaultCode, 
/**
 * What happened, in plain words.
 */
message: string, 
/**
 * What the operator can do about it; empty where there is nothing to do but wait.
 */
advice: string, next: Next, };

/**
 * What kind of trouble it is. A code exists only where something treats it differently.
 */
export type FaultCode = "unreachable" | "tls" | "unauthorized" | "notFound" | "wrongDialect" | "closed" | "silent" | "tooLarge" | "server" | "rejected" | "noSecret" | "settings";

export type Field = { id: string, label: string, required: boolean, hint: string | null, input: Input, };

export type Figures = { 
/**
 * What the operator answered from here, by what it came to.
 */
answered: { [key in OutcomeWord]?: number }, 
/**
 * How long that took from the asking to the answer; nothing where nothing was answered.
 */
took: Took | null, 
/**
 * Somebody else answered, or the operator did elsewhere.
 */
elsewhere: number, 
/**
 * The deadline passed while it waited.
 */
missed: number, 
/**
 * It ended otherwise: taken back, failed, or forgotten by its server.
 */
dropped: number, };

export type FindingState = "open" | "overridden";

export type FindingView = { key: Key, source: SourceId, rule: string, path: string, severity: Severity, text: string, state: FindingState, seenAt: Millis, news: News | null, offers: Array<Offer>, 
/**
 * The hash of the offers. An intent carries it back.
 */
shown: Hash, };

export type Format = "jsonl" | "csv" | "markdown";

/**
 * A content hash (the first 128 bits of SHA-256, in hex). It binds an answer to what was shown.
 */
export type Hash = string;

export type HistoryFilter = { source: SourceId | null, thread: ItemId | null, agent: string | null, kind: EntryKind | null, ask: ItemId | null, 
/**
 * How it ended, what the line is about.
 */
outcome: LineOutcome | null, 
/**
 * Who ended it.
 */
by: Answerer | null, since: Millis | null, until: Millis | null, 
/**
 * Words, `"phrases"`, and `-what` must not be there. Found anywhere, also in the frame behind the line.
 */
search: string | null, 
/**
 * The best of the newest five hundred that have these words come first, and not the newest: see the store's `best`.
 */
best: boolean, 
/**
 * A cursor: what is next older than that row. At most one of this, `after` and `around` is given; with `best` none.
 */
before: string | null, 
/**
 * A cursor: what is next newer than that row.
 */
after: string | null, 
/**
 * Half a page from that time on, and what is next older.
 */
around: Millis | null, limit: number | null, };

/**
 * The search index.
 */
export type IndexView = { bytes: number, 
/**
 * So many lines it does not have yet. A search finds them all the same, if not as fast.
 */
behind: number, 
/**
 * Why it cannot be written now. It is tried again by itself.
 */
trouble: string | null, };

/**
 * What a field takes, with the limits of the server behind it.
 */
export type Input = { "type": "text", multiline: boolean, 
/**
 * In characters.
 */
min: number, 
/**
 * In characters.
 */
max: number, 
/**
 * In bytes of UTF-8, where the server counts those.
 */
maxBytes: number | null, default: string | null, } | { "type": "pick", options: Array<Choice>, many: boolean, 
/**
 * The operator's own words are allowed beside or instead of the options.
 */
other: boolean, 
/**
 * In bytes of UTF-8, for the whole answer.
 */
maxBytes: number | null, } | { "type": "date", default: string | null, } | { "type": "flag", default: boolean, } | { "type": "secret", 
/**
 * In characters.
 */
max: number, };

/**
 * An offer taken, with its values and an id of its own. An answer is an intent on an ask.
 */
export type Intent = { id: IntentId, key: Key, offer: string, values: { [key in string]: Value }, 
/**
 * The hash of what the operator saw when they decided.
 */
shown: Hash, consent: Consent, };

/**
 * An intent's own id (a UUID v7), made where the operator acted.
 */
export type IntentId = string;

/**
 * One thing of a source. Begins with its kind: `approval:7`, `permission:per_…`, `agent:coder`.
 */
export type ItemId = string;

export type JobView = { work: JobWork, 
/**
 * Of lines, or, where it compacts, of bytes.
 */
done: number, total: number, };

export type JobWork = "tidy" | "clear" | "compact";

/**
 * One thing of one source; written `source/item`.
 */
export type Key = string;

/**
 * How loud the asks of a source or of a kind are.
 */
export type Level = "silent" | "normal" | "urgent";

export type LineOutcome = "approved" | "denied" | "answered" | "cancelled" | "expired" | "failed" | "vanished" | "lost" | "unknown" | "discarded";

/**
 * The life of one source's connection.
 */
export type Link = { "state": "off" } | { "state": "connecting" } | { "state": "live", since: Millis, } | { "state": "waiting", until: Millis, fault: Fault, } | { "state": "refused", fault: Fault, };

/**
 * Unix milliseconds.
 */
export type Millis = number;

/**
 * What an audit did to a finding.
 */
export type News = { what: Novelty, 
/**
 * When the audit was made.
 */
at: Millis, };

/**
 * When it is tried again.
 */
export type Next = "soon" | { "after": Millis } | "never";

export type Novelty = "added" | "changed" | "removed";

/**
 * One thing the operator may do here, as data. The server, through its dialect, makes the offers.
 */
export type Offer = { id: string, label: string, tone: Tone, scope: Scope, danger: Danger, 
/**
 * What must be typed where `danger` is `typeTheName`.
 */
name: string | null, 
/**
 * What taking it means, in words: the patterns of an "always", the end of a purge.
 */
explains: string | null, fields: Array<Field>, };

/**
 * What a source was where its history comes from. No secret, and no way to log in.
 */
export type Origin = { name: string, dialect: string, url: string, };

export type OutcomeWord = "approved" | "denied" | "answered" | "cancelled" | "expired" | "failed" | "vanished";

/**
 * Each carries a thing as it is now, whole: applying one twice changes nothing.
 */
export type Patch = { "patch": "reset" } | { "patch": "source", row: SourceView, } | { "patch": "sourceGone", source: SourceId, } | { "patch": "ask", row: AskView, } | { "patch": "agent", row: AgentView, } | { "patch": "agentGone", key: Key, } | { "patch": "thread", row: ThreadView, } | { "patch": "threadGone", key: Key, } | { "patch": "task", row: TaskView, } | { "patch": "taskGone", key: Key, } | { "patch": "finding", row: FindingView, } | { "patch": "findingGone", key: Key, } | { "patch": "entry", row: EntryView, } | { "patch": "entriesMissed" } | { "patch": "receipt", row: ReceiptView, } | { "patch": "receiptGone", intent: IntentId, } | { "patch": "settings", settings: Settings, } | { "patch": "searches", rows: Array<SavedSearch>, } | { "patch": "desktop", desktop: Desktop, } | { "patch": "selfTest", test: SelfTest, } | { "patch": "reveal", pointer: Pointer, } | { "patch": "shell", shell: Shell, } | { "patch": "trouble", message: string, };

/**
 * A part of what a line of history stands for, whole and with its own lines.
 */
export type Piece = { "piece": "said", text: string, } | { "piece": "shown", title: string, text: string, };

/**
 * What a link points at.
 */
export type Pointer = { "at": "ask", "key": Key } | { "at": "entry", "key": Key };

/**
 * A part of the history: of one source or of all, of one kind or of all but receipts. What the operator answered goes
 * only where it is named.
 */
export type Portion = { source: SourceId | null, kind: EntryKind | null, };

/**
 * Hours of the week in which nothing rings, by the moment on the wall.
 */
export type Quiet = { 
/**
 * The days on which they begin.
 */
days: Array<Day>, 
/**
 * In minutes after midnight.
 */
from: number, 
/**
 * In minutes after midnight; of the next day where it is not after `from`.
 */
to: number, };

/**
 * The record of an answer.
 */
export type ReceiptView = { intent: IntentId, key: Key, title: string, offer: string, label: string, surface: Surface, shown: Hash, answeredAt: Millis, 
/**
 * Until when it can be taken back; nothing once it is on its way.
 */
heldUntil: Millis | null, 
/**
 * When the verdict fell; nothing while it is still on its way.
 */
settledAt: Millis | null, verdict: VerdictWord, note: string, fault: Fault | null, };

/**
 * What became of somebody's asks, by when they ended.
 */
export type RecordView = { whose: Whose, total: Figures, 
/**
 * One for each time between two edges.
 */
buckets: Array<Figures>, };

export type RemovedView = { source: SourceId, kind: EntryKind, why: RemovedWhy, 
/**
 * The time of the newest of them.
 */
until: Millis, entries: number, 
/**
 * When they were removed, the last time.
 */
at: Millis, };

export type RemovedWhy = "rule" | "cleared";

/**
 * How notifications ring, and when they do not.
 */
export type Ringing = { sound: boolean, 
/**
 * A notification says that something waits, and nothing of what it is.
 */
private: boolean, 
/**
 * What is urgent, and what is near its deadline, rings in quiet hours and while muted all the same.
 */
breakthrough: boolean, quiet: Array<Quiet>, mutedUntil: Millis | null, 
/**
 * Those that are not here are normal.
 */
sources: { [key in SourceId]: Level }, kinds: { [key in AskKind]?: Level }, };

/**
 * At most so much of a portion is kept: what is older than so many days goes, and the oldest of what is too many or
 * too large. All rules hold, each for its own portion.
 */
export type Rule = { portion: Portion, days: number | null, entries: number | null, 
/**
 * Of the lines and their frames, without what finds them.
 */
bytes: number | null, };

/**
 * A rule of retention.
 */
export type RuleView = { rule: Rule, 
/**
 * How many lines it would take out now, about.
 */
excess: number, };

/**
 * A search with its name. The time it looks at is its range: the filter has none, and no place and limit either.
 */
export type SavedSearch = { name: string, filter: HistoryFilter, range: TimeRange, };

/**
 * How far an answer reaches.
 */
export type Scope = "once" | "thread" | "always";

/**
 * What only the server may read. It shows itself to nobody else, and an intent that is kept has lost it.
 */
export type Secret = string | null;

/**
 * A secret on its way in. It never comes out again.
 */
export type SecretDraft = { "kept": "unchanged" } | { "kept": "given", value: string, } | { "kept": "environment", name: string, };

export type SecretRef = { "kept": "none" } | { "kept": "keyring" } | { "kept": "environment", name: string, } | { "kept": "session" };

export type SelfTest = { begunAt: Millis, rows: Array<TestRow>, };

export type SettingView = { name: string, about: string, many: boolean, };

export type Settings = { 
/**
 * How long an answer from the window can be taken back.
 */
undoMs: number, notifications: boolean, ringing: Ringing, 
/**
 * Single-key shortcuts in the window.
 */
singleKeys: boolean, 
/**
 * Keys of the window that are not as they come: what each is for, and what is pressed for it now; nothing where it
 * is switched off. Only the window knows its keys: what it does not know is of another version, and is kept.
 */
keys: { [key in string]: string | null }, 
/**
 * Stay in the tray when the window is closed, where there is one.
 */
keepRunning: boolean, 
/**
 * The keys that bring what waits next on screen, wherever the operator is: `Ctrl+Alt+KeyB`.
 */
shortcut: string | null, };

export type Severity = "info" | "warning" | "error" | string;

/**
 * How much there is of one source and kind.
 */
export type ShareView = { source: SourceId, kind: EntryKind, entries: number, 
/**
 * What the lines say.
 */
textBytes: number, 
/**
 * The frames behind them.
 */
frameBytes: number, };

/**
 * How the app stands on this desktop, as far as it has found out. Troubles are sentences for the operator.
 */
export type Shell = { 
/**
 * Why no tray shows it: then closing the window ends it.
 */
trayTrouble: string | null, 
/**
 * Why the shortcut that is set does nothing.
 */
shortcutTrouble: string | null, 
/**
 * Whether it starts with the desktop.
 */
autostart: boolean, 
/**
 * Why it cannot.
 */
autostartTrouble: string | null, };

/**
 * What the operator fills in to add or change a source.
 */
export type SourceDraft = { name: string, dialect: string, url: string, auth: Auth, secret: SecretDraft, settings: { [key in string]: Array<string> }, };

/**
 * A source's short, stable name: letters, digits and `-`. It never changes, even when the source is renamed.
 */
export type SourceId = string;

/**
 * One source, with the life of its link and what came from it.
 */
export type SourceView = { source: SourceId, name: string, dialect: string, url: string, auth: Auth, secret: SecretRef, settings: { [key in string]: Array<string> }, paused: boolean, link: Link, counts: Counts, 
/**
 * How long the newest frame took from the socket to the disk, in milliseconds.
 */
lagMs: number | null, 
/**
 * Until when what is shown of it is known to be what its server had. Nothing while it is live, which is now, and
 * before it ever was.
 */
asOf: Millis | null, };

/**
 * A part of what is shown of a line that was found.
 */
export type SpanView = { text: string, 
/**
 * Whether it is what was looked for.
 */
found: boolean, };

/**
 * In bytes, where nothing else is said.
 */
export type StorageView = { 
/**
 * The database's file.
 */
database: number, 
/**
 * Of it, what is free: the next lines take it, or it is given back.
 */
free: number, 
/**
 * What is committed and not in the database's file yet.
 */
log: number, index: IndexView, 
/**
 * By source, then by kind.
 */
shares: Array<ShareView>, 
/**
 * What was taken out of the history, the latest first.
 */
removed: Array<RemovedView>, rules: Array<RuleView>, 
/**
 * What is under way.
 */
job: JobView | null, 
/**
 * Why the last of it came to nothing.
 */
trouble: string | null, };

/**
 * What an entry belongs to, the narrowest that is known of it.
 */
export type Strand = "thread" | "ask" | "agent" | "source";

/**
 * What an approval is about.
 */
export type Subject = { "type": "nothing" } | { "type": "diff", unified: string, } | { "type": "command", text: string, cwd: string | null, } | { "type": "tool", name: string, arguments: string, } | { "type": "spawn", agent: string, } | { "type": "text", text: string, };

export type SumBy = "source" | "agent";

/**
 * Where the operator acted.
 */
export type Surface = "window" | "notification" | "commandLine";

/**
 * What became of lines that were imported.
 */
export type Tally = { added: number, 
/**
 * They were here already, just so.
 */
known: number, 
/**
 * They were here already, with other content, and stayed as they are.
 */
kept: number, };

export type TaskStatus = "waiting" | "running" | "done" | "failed" | "cancelled" | string;

export type TaskView = { key: Key, source: SourceId, title: string, agent: string | null, thread: ItemId | null, state: TaskStatus, phase: string | null, progress: number | null, turns: number | null, tokensIn: number | null, tokensOut: number | null, costMicros: number | null, startedAt: Millis, endedAt: Millis | null, offers: Array<Offer>, shown: Hash, };

/**
 * Each kind of notification that Deskbell shows.
 */
export type TestKind = "plain" | "urgent" | "buttons" | "reply";

export type TestReport = { ok: boolean, 
/**
 * What was found, in plain words: "hyperhive answers: 2 asks wait, 3 agents".
 */
message: string, fault: Fault | null, };

export type TestRow = { kind: TestKind, at: Millis, } & ({ "fate": "notOffered" } | { "fate": "sent" } | { "fate": "opened" } | { "fate": "pressed", label: string, } | { "fate": "replied", text: string, } | { "fate": "dismissed" } | { "fate": "failed", why: string, });

export type ThreadState = "idle" | "busy" | "ended" | string;

export type ThreadView = { key: Key, source: SourceId, title: string, parent: ItemId | null, agent: string | null, state: ThreadState, updatedAt: Millis, offers: Array<Offer>, 
/**
 * The hash of the offers. An intent carries it back.
 */
shown: Hash, };

/**
 * A time that is looked at: what is named moves on with the days.
 */
export type TimeRange = { "is": "any" } | { "is": "today" } | { "is": "yesterday" } | { "is": "week" } | { "is": "month" } | { "is": "between", since: Millis | null, until: Millis | null, };

export type TimelineView = { 
/**
 * The times of the first and the last entry, where there is one, whether it is found or not.
 */
span: [Millis, Millis] | null, 
/**
 * How many entries there are from each edge to before the next; where something is looked for, how many are found.
 */
counts: Array<number>, 
/**
 * What is found before this time was not counted: it is too much, or takes too long.
 */
countedFrom: Millis | null, };

export type Tone = "yes" | "no" | "neutral";

/**
 * In milliseconds. Of an even number of answers, the median is the lower of the two in the middle.
 */
export type Took = { medianMs: number, 
/**
 * At most so long did nineteen of twenty take.
 */
p95Ms: number, };

/**
 * A lifecycle action under way.
 */
export type Transient = { 
/**
 * The server's own word: `rebuilding`, `stopping`.
 */
kind: string, since: When, };

export type Urgency = "normal" | "urgent";

/**
 * What one source or one agent took.
 */
export type UsageView = { whose: Whose, 
/**
 * How many tasks took something.
 */
tasks: number, total: Amount, 
/**
 * One for each time between two edges.
 */
buckets: Array<Amount>, };

/**
 * What was put into a field.
 */
export type Value = { "text": string } | { "pick": { chosen: Array<string>, other: string | null, } } | { "date": string } | { "flag": boolean } | { "secret": Secret };

/**
 * `pending` and `stuck` are not verdicts yet: the intent is still in the outbox.
 */
export type VerdictWord = "pending" | "won" | "lost" | "expired" | "unknown" | "stuck" | "discarded";

/**
 * A time and whose clock it is: the server's, or ours where the server never told.
 */
export type When = { "said": Millis } | { "seen": Millis };

export type Whose = { "whose": "all" } | { "whose": "source", source: SourceId, } | { "whose": "agent", source: SourceId, agent: string | null, } | { "whose": "others", many: number, };
