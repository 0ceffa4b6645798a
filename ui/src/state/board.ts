import type {
  AgentView,
  AskView,
  Batch,
  Desktop,
  FindingView,
  IntentId,
  Key,
  Patch,
  ReceiptView,
  SavedSearch,
  SelfTest,
  Settings,
  Shell,
  SourceId,
  SourceView,
  TaskView,
  ThreadView,
} from '../gen';
import { SETTINGS } from '../words/ringing';

/** All that the engine has told, as it is now. Never changed in place. */
export interface Board {
  readonly sources: ReadonlyMap<SourceId, SourceView>;
  readonly asks: ReadonlyMap<Key, AskView>;
  readonly agents: ReadonlyMap<Key, AgentView>;
  readonly threads: ReadonlyMap<Key, ThreadView>;
  readonly tasks: ReadonlyMap<Key, TaskView>;
  readonly findings: ReadonlyMap<Key, FindingView>;
  /** The newest answer to each thing, on its way or decided. */
  readonly receipts: ReadonlyMap<Key, ReceiptView>;
  readonly settings: Settings;
  /** Saved ones, by name. */
  readonly searches: readonly SavedSearch[];
  /** What this desktop's notifications can do; nothing where nobody raises any. */
  readonly desktop: Desktop | null;
  /** The last self-test of notifications. */
  readonly selfTest: SelfTest | null;
  /** How the app stands on this desktop; nothing where the engine runs without it. */
  readonly shell: Shell | null;
  /** The number of the last batch; 0 before the first. */
  readonly number: number;
}

export const EMPTY: Board = {
  sources: new Map(),
  asks: new Map(),
  agents: new Map(),
  threads: new Map(),
  tasks: new Map(),
  findings: new Map(),
  receipts: new Map(),
  settings: SETTINGS,
  searches: [],
  desktop: null,
  selfTest: null,
  shell: null,
  number: 0,
};

/** Above this many asks, a newly settled one takes the place of an older one. */
const MOST_ASKS = 1000;

/** A batch is missing: everything must be asked for anew. */
export class MissingBatch extends Error {
  constructor(expected: number, got: number) {
    super(`batch ${expected} is missing, batch ${got} came`);
    this.name = 'MissingBatch';
  }
}

/** What the board is after a batch. A collection that a batch does not touch stays the same object. */
export function apply(board: Board, batch: Batch): Board {
  if (batch.number !== board.number + 1) throw new MissingBatch(board.number + 1, batch.number);
  const draft = new Draft(board);
  for (const patch of batch.patches) draft.patch(patch);
  return draft.done(batch.number);
}

type Collection = 'sources' | 'asks' | 'agents' | 'threads' | 'tasks' | 'findings' | 'receipts';
type RowOf<C extends Collection> = Board[C] extends ReadonlyMap<string, infer Row> ? Row : never;

/** Copies a collection when it is first touched, so that a batch costs what it changes. */
class Draft {
  private board: Board;
  private touched = new Map<Collection, Map<string, unknown>>();

  constructor(board: Board) {
    this.board = board;
  }

  patch(patch: Patch): void {
    switch (patch.patch) {
      case 'reset':
        this.board = { ...EMPTY, settings: this.board.settings };
        this.touched.clear();
        break;
      case 'source':
        this.put('sources', patch.row.source, patch.row);
        break;
      case 'sourceGone':
        this.forget(patch.source);
        break;
      case 'ask':
        this.ask(patch.row);
        break;
      case 'agent':
        this.put('agents', patch.row.key, patch.row);
        break;
      case 'agentGone':
        this.drop('agents', patch.key);
        break;
      case 'thread':
        this.put('threads', patch.row.key, patch.row);
        break;
      case 'threadGone':
        this.drop('threads', patch.key);
        break;
      case 'task':
        this.put('tasks', patch.row.key, patch.row);
        break;
      case 'taskGone':
        this.drop('tasks', patch.key);
        break;
      case 'finding':
        this.put('findings', patch.row.key, patch.row);
        break;
      case 'findingGone':
        this.drop('findings', patch.key);
        break;
      case 'receipt':
        this.receipt(patch.row);
        break;
      case 'receiptGone':
        this.takenBack(patch.intent);
        break;
      case 'searches':
        this.board = { ...this.board, searches: patch.rows };
        break;
      case 'settings':
        this.board = { ...this.board, settings: patch.settings };
        break;
      case 'desktop':
        this.board = { ...this.board, desktop: patch.desktop };
        break;
      case 'selfTest':
        this.board = { ...this.board, selfTest: patch.test };
        break;
      case 'shell':
        this.board = { ...this.board, shell: patch.shell };
        break;
      case 'entry':
      case 'entriesMissed':
      case 'reveal':
      case 'trouble':
        // Something that happened, not something that is: the desk tells those who listen.
        break;
    }
  }

  done(number: number): Board {
    return { ...this.board, ...Object.fromEntries(this.touched), number };
  }

  private of<C extends Collection>(name: C): Map<string, RowOf<C>> {
    let copy = this.touched.get(name);
    if (copy === undefined) {
      copy = new Map<string, unknown>(this.board[name]);
      this.touched.set(name, copy);
    }
    return copy as Map<string, RowOf<C>>;
  }

  private put<C extends Collection>(name: C, key: string, row: RowOf<C>): void {
    this.of(name).set(key, row);
  }

  private drop(name: Collection, key: string): void {
    this.of(name).delete(key);
  }

  /** What is settled is in the history: here only the newest of it is kept. */
  private ask(row: AskView): void {
    this.put('asks', row.key, row);
    const asks = this.of('asks');
    if (row.state !== 'settled' || asks.size <= MOST_ASKS) return;
    for (const [key, ask] of asks) {
      if (ask.state !== 'settled') continue;
      asks.delete(key);
      return;
    }
  }

  /** An older answer never takes the place of a newer one. */
  private receipt(row: ReceiptView): void {
    const known = this.of('receipts').get(row.key);
    if (known === undefined || known.intent === row.intent || known.answeredAt <= row.answeredAt) {
      this.put('receipts', row.key, row);
    }
  }

  private takenBack(intent: IntentId): void {
    for (const receipt of this.of('receipts').values()) {
      if (receipt.intent === intent) this.drop('receipts', receipt.key);
    }
  }

  /** A source takes with it all that came from it. */
  private forget(source: SourceId): void {
    this.drop('sources', source);
    for (const name of ['asks', 'agents', 'threads', 'tasks', 'findings', 'receipts'] as const) {
      const rows = this.of(name);
      for (const key of rows.keys()) if (key.startsWith(`${source}/`)) rows.delete(key);
    }
  }
}
