import type { Answer, Batch, Command, CommandError, ErrorCode, Format, HistoryFilter, Key } from '../gen';
import { say } from '../words/say';

/** Which answer each command gets. A command that is missing here does not compile. */
interface AnswerTags extends Record<Command['command'], Answer['answer']> {
  'dialect.list': 'dialects';
  'source.list': 'sources';
  'source.add': 'source';
  'source.edit': 'source';
  'source.remove': 'done';
  'source.pause': 'source';
  'source.resume': 'source';
  'source.test': 'tested';
  'source.detect': 'detected';
  'ask.list': 'asks';
  'ask.reveal': 'ask';
  'entry.show': 'entry';
  'entry.reveal': 'entry';
  'ask.snooze': 'ask';
  'agent.list': 'agents';
  'thread.list': 'threads';
  'task.list': 'tasks';
  'usage.sum': 'usage';
  'record.sum': 'record';
  'finding.list': 'findings';
  'intent.take': 'taken';
  'intent.undo': 'done';
  'intent.retry': 'done';
  'intent.discard': 'done';
  'receipt.wait': 'receipt';
  'receipt.list': 'receipts';
  'history.page': 'history';
  'history.import': 'imported';
  'history.timeline': 'timeline';
  'history.export': 'exported';
  'search.list': 'searches';
  'search.save': 'searches';
  'search.remove': 'searches';
  'draft.list': 'drafts';
  'draft.keep': 'done';
  'body.list': 'bodies';
  'storage.show': 'storage';
  'storage.count': 'counted';
  'storage.clear': 'done';
  'storage.compact': 'done';
  'storage.cancel': 'done';
  'retention.set': 'done';
  'index.show': 'index';
  'index.remake': 'done';
  'settings.get': 'settings';
  'settings.set': 'settings';
  'notification.show': 'notifications';
  'notification.test': 'notifications';
}

export type AnswerTo<C extends Command> = Extract<Answer, { answer: AnswerTags[C['command']] }>;

/** What a subscription is told. */
export interface Listener {
  batch(batch: Batch): void;
  /** The engine is out of reach. Nothing more comes on this subscription. */
  lost(why: string): void;
}

export interface Subscription {
  /** Every batch up to this number has been handled: the next may come. */
  ack(number: number): void;
  end(): void;
}

/** What was exported. */
export interface Exported {
  lines: number;
  /** Where it is, in words. */
  file: string;
}

/** The window's only way out: to the shell, or to the bridge of a running engine. */
export interface Host {
  /** Whether the window is the shell's own, or a page in a browser. */
  readonly place: 'shell' | 'browser';
  /** Rejects with a {@link Refused}. */
  command<C extends Command>(command: C): Promise<AnswerTo<C>>;
  /** Everything there is, then everything that changes. */
  subscribe(listener: Listener): Subscription;
  /** The ask on screen, or nothing: what is looked at needs no notification. */
  attend(key: Key | null): void;
  /** Opens a web page or a mail in the operator's own program. */
  openExternal(url: string): Promise<void>;
  /**
   * Writes all that fits into a file that the operator names; `said` hears how many lines there are so far.
   * Nothing where no file was named, or where `stop` was pressed: then no file is left behind.
   */
  exportHistory(
    filter: HistoryFilter,
    format: Format,
    said: (lines: number) => void,
    stop: AbortSignal,
  ): Promise<Exported | null>;
  /** Shows the last exported file where it is, if that can be. */
  showExport(): Promise<void>;
  /** Opens the demo in a window of its own. */
  openDemo(): Promise<void>;
  /** Starts the app with the desktop from now on, or no longer. */
  autostart(on: boolean): Promise<void>;
}

/** A command was not done; nothing changed. The message is for the operator. */
export class Refused extends Error {
  readonly code: ErrorCode;

  constructor(error: CommandError) {
    super(error.message);
    this.name = 'Refused';
    this.code = error.code;
  }

  /** From whatever a host threw. */
  static from(thrown: unknown): Refused {
    if (thrown instanceof Refused) return thrown;
    if (isCommandError(thrown)) return new Refused(thrown);
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    return new Refused({ code: 'failed', message: say.host.failed(words) });
  }
}

function isCommandError(value: unknown): value is CommandError {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}
