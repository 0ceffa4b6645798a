import type { Answer, Command, CommandError, Draft, Format, HistoryFilter, Key, Patch } from '../gen';
import { Refused, type Exported, type Host, type Listener, type Subscription } from '../host';
import type { AnswerTo } from '../host/host';
import { STORAGE } from './samples';

type Reply = (command: Command) => Answer | CommandError | Promise<Answer>;

/** An engine that says what it is told to say. For tests and the gallery. */
export class FixtureHost implements Host {
  place: Host['place'] = 'browser';
  readonly sent: Command[] = [];
  readonly acked: number[] = [];
  readonly attended: (Key | null)[] = [];
  readonly opened: string[] = [];
  readonly exported: { filter: HistoryFilter; format: Format }[] = [];
  /** What becomes of an export. */
  exporting: (stop: AbortSignal) => Promise<Exported | null> = () =>
    Promise.resolve({ lines: 7, file: '/home/me/history.csv' });
  shown = 0;
  demos = 0;
  readonly autostarted: boolean[] = [];
  subscriptions = 0;
  reply: Reply;
  storage = STORAGE;
  /** What is half written, as an engine keeps it. */
  drafts: Draft[] = [];
  #listener: Listener | undefined;
  #number = 0;

  constructor(reply: Reply = () => ({ answer: 'done' })) {
    this.reply = reply;
  }

  async command<C extends Command>(command: C): Promise<AnswerTo<C>> {
    // What screens look at by themselves is no answer to anything.
    if (command.command === 'storage.show') {
      return { answer: 'storage', storage: this.storage } as AnswerTo<C>;
    }
    if (command.command === 'index.show') {
      return { answer: 'index', index: this.storage.index } as AnswerTo<C>;
    }
    if (command.command === 'draft.list') {
      return { answer: 'drafts', rows: this.drafts } as AnswerTo<C>;
    }
    if (command.command === 'draft.keep') {
      const { draft } = command;
      this.drafts = this.drafts.filter(({ key, offer }) => key !== draft.key || offer !== draft.offer);
      if (Object.keys(draft.values).length > 0) this.drafts.push(draft);
      return { answer: 'done' } as AnswerTo<C>;
    }
    this.sent.push(command);
    const answer = await this.reply(command);
    if ('code' in answer) throw new Refused(answer);
    return answer as AnswerTo<C>;
  }

  subscribe(listener: Listener): Subscription {
    this.#listener = listener;
    this.#number = 0;
    this.subscriptions += 1;
    return {
      ack: (number) => void this.acked.push(number),
      end: () => {
        if (this.#listener === listener) this.#listener = undefined;
      },
    };
  }

  attend(key: Key | null): void {
    this.attended.push(key);
  }

  async openExternal(url: string): Promise<void> {
    this.opened.push(url);
  }

  async exportHistory(
    filter: HistoryFilter,
    format: Format,
    said: (lines: number) => void,
    stop: AbortSignal,
  ): Promise<Exported | null> {
    this.exported.push({ filter, format });
    said(7);
    return await this.exporting(stop);
  }

  async showExport(): Promise<void> {
    this.shown += 1;
  }

  async openDemo(): Promise<void> {
    this.demos += 1;
  }

  async autostart(on: boolean): Promise<void> {
    this.autostarted.push(on);
  }

  /** Sends a batch with the next number. */
  push(...patches: Patch[]): void {
    this.#number += 1;
    this.#listener?.batch({ number: this.#number, patches });
  }

  /** Loses a batch on the way. */
  skip(): void {
    this.#number += 1;
  }

  lose(why: string): void {
    this.#listener?.lost(why);
  }
}
