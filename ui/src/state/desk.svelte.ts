import type { Batch, EntryView, Pointer } from '../gen';
import type { Host, Subscription } from '../host';
import { apply, EMPTY, MissingBatch, type Board } from './board';
import { afterMoves, calm, nextFrame, type Frame, type Rest } from './frame';
import { identity } from './rows';
import { Shown } from './shown.svelte';

/** How the window stands with the engine. */
export type Reach = { is: 'connecting' } | { is: 'ready' } | { is: 'lost'; why: string };

/** How long until the engine is tried again, in milliseconds. */
const RETRY = 1500;

/** While more entries come than can be told, whoever shows them is told so no more often, in milliseconds. */
const MISSED = 500;

/** More entries than this are not told one by one. */
const MOST_ENTRIES = 1000;

/** What happened, for those who want to hear it; told after the board has it. */
export interface Events {
  /** Lines of history that came: the first at once, and while they keep coming several times a second. */
  entries(rows: EntryView[]): void;
  /** Entries came that are not told one by one: the history has them. */
  missed(): void;
  reveal(pointer: Pointer): void;
  /** What was wanted from outside the window could not be done. */
  trouble(message: string): void;
  /** The board has changed. `before` is what it was. */
  changed(board: Board, before: Board): void;
}

/** The board, kept as the engine tells it: however much arrives, it changes once a frame. */
export class Desk {
  readonly board: Board = new Shown(() => this.#board);
  reach: Reach = $state.raw({ is: 'connecting' });
  /** Gives each list its own: when what takes long may be drawn. */
  readonly afterMoves: () => Frame;

  readonly #host: Host;
  readonly #frame: Frame;
  readonly #rest: Rest;
  #board: Board = $state.raw(EMPTY);
  #events: Partial<Events>[] = [];
  #subscription: Subscription | undefined;
  #waiting: Batch[] = [];
  #asked = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Came, and are not yet told; each as it was told last. */
  #entries = new Map<string, EntryView>();
  /** Entries were told just now. */
  #resting = false;
  #missed: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host, frame?: Frame, rest: Rest = calm) {
    this.#host = host;
    this.#frame = frame ?? nextFrame;
    this.afterMoves = frame === undefined ? afterMoves : () => frame;
    this.#rest = rest;
  }

  hear(events: Partial<Events>): void {
    this.#events.push(events);
  }

  /** Subscribes. The first batch holds everything there is. */
  open(): void {
    this.close();
    // The numbers of a new subscription begin anew; what is shown stays until its first batch resets it.
    this.#board = { ...this.#board, number: 0 };
    this.#subscription = this.#host.subscribe({
      batch: (batch) => this.#arrive(batch),
      lost: (why) => this.#lose(why),
    });
  }

  close(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#missed);
    this.#missed = undefined;
    this.#subscription?.end();
    this.#subscription = undefined;
    this.#waiting = [];
  }

  #arrive(batch: Batch): void {
    this.#waiting.push(batch);
    // The first holds everything: it is on screen with the first frame, and not after it.
    if (this.#board.number === 0) this.#settle();
    if (this.#asked || this.#waiting.length === 0) return;
    this.#asked = true;
    this.#frame(() => {
      this.#asked = false;
      this.#settle();
    });
  }

  #settle(): void {
    const batches = this.#waiting;
    this.#waiting = [];
    const last = batches.at(-1);
    if (last === undefined) return;
    const before = this.#board;
    let board = before;
    try {
      for (const batch of batches) board = apply(board, batch);
    } catch (thrown) {
      if (!(thrown instanceof MissingBatch)) throw thrown;
      this.open();
      return;
    }
    this.#board = board;
    this.reach = { is: 'ready' };
    this.#subscription?.ack(last.number);
    this.#tell(batches, before);
  }

  #tell(batches: Batch[], before: Board): void {
    let revealed: Pointer | undefined;
    let trouble: string | undefined;
    for (const { patches } of batches) {
      for (const patch of patches) {
        if (patch.patch === 'entry') this.#entries.set(identity(patch.row), patch.row);
        else if (patch.patch === 'entriesMissed') this.#miss();
        // Everything anew: the engine was too fast for us.
        else if (patch.patch === 'reset' && before.number > 0) this.#miss();
        else if (patch.patch === 'reveal') revealed = patch.pointer;
        else if (patch.patch === 'trouble') trouble = patch.message;
      }
    }
    for (const events of this.#events) events.changed?.(this.#board, before);
    this.#tellEntries();
    for (const events of this.#events) {
      if (revealed !== undefined) events.reveal?.(revealed);
      if (trouble !== undefined) events.trouble?.(trouble);
    }
  }

  #tellEntries(): void {
    if (this.#entries.size > MOST_ENTRIES) {
      this.#entries.clear();
      this.#miss();
    }
    if (this.#resting || this.#entries.size === 0) return;
    const rows = [...this.#entries.values()];
    this.#entries.clear();
    this.#resting = true;
    for (const events of this.#events) events.entries?.(rows);
    this.#rest(() => {
      this.#resting = false;
      this.#tellEntries();
    });
  }

  #miss(): void {
    this.#missed ??= setTimeout(() => {
      this.#missed = undefined;
      for (const events of this.#events) events.missed?.();
    }, MISSED);
  }

  #lose(why: string): void {
    this.close();
    this.reach = { is: 'lost', why };
    this.#retry = setTimeout(() => this.open(), RETRY);
  }
}
