import type { EntryView, HistoryFilter, ItemId, SourceId } from '../gen';
import { Refused, type Host } from '../host';
import type { Desk } from './desk.svelte';
import { EVERYTHING } from './filter';
import { Bodies } from './bodies.svelte';
import type { Loading } from './history.svelte';
import { merge } from './rows';

const PAGE = 60;
/** Rows kept while the newest are read; older ones are a page away. */
const MOST = 600;
/** Rows kept while older ones are read; newer ones are then only counted. */
const MOST_BACK = 3000;

/** One line of what happened: of a thread, or of an agent. */
export interface Strand {
  source: SourceId;
  thread: ItemId | null;
  agent: string | null;
}

/** What has happened in one thread or to one agent: pages of the past, and what is told meanwhile. */
export class Reader {
  /** Newest first. */
  rows: EntryView[] = $state.raw([]);
  loading: Loading = $state.raw({ is: 'loading' });
  /** Nothing is older than the last row. */
  complete = $state(false);
  /** Came while the end was not on screen. */
  unseen = $state(0);
  /** Whether the newest row is on screen. */
  atEnd = true;

  /** What the rows stand for, whole. */
  readonly bodies: Bodies;

  readonly #host: Host;
  #strand: Strand | null = null;
  /** A page that was asked for of another strand must not be shown under this one. */
  #turn = 0;
  /** Some of what came is not among the rows. */
  #behind = false;

  constructor(host: Host, desk: Desk) {
    this.#host = host;
    this.bodies = new Bodies(host);
    desk.hear({
      entries: (rows) => this.#arrive(rows),
      missed: () => this.#miss(),
      // After a reset something may have been missed.
      changed: (_, before) => {
        if (before.number === 0 && this.#strand !== null) void this.load();
      },
    });
  }

  /** Oldest first, as it is read. */
  readonly told: EntryView[] = $derived.by(() => this.rows.toReversed());

  /** Opens a strand at its end; the one that is open stays as it is. */
  open(strand: Strand): void {
    const { source, thread, agent } = this.#strand ?? {};
    if (source === strand.source && thread === strand.thread && agent === strand.agent) return;
    this.#strand = strand;
    void this.load();
  }

  close(): void {
    this.#strand = null;
    this.#turn += 1;
    this.rows = [];
    this.bodies.keep([]);
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    this.rows = [];
    this.unseen = 0;
    this.complete = false;
    this.atEnd = true;
    this.#behind = false;
    await this.#page(turn, null);
  }

  /** The next older page. */
  async more(): Promise<void> {
    const last = this.rows.at(-1);
    if (this.loading.is === 'loading' || this.complete || last === undefined) return;
    await this.#page(this.#turn, last.cursor);
  }

  /** The newest row is on screen, or no longer. */
  reach(atEnd: boolean): void {
    this.atEnd = atEnd && !this.#behind;
    if (this.atEnd) this.unseen = 0;
  }

  /** Goes to the newest row, wherever it is. */
  async catchUp(): Promise<void> {
    if (this.#behind) await this.load();
    this.reach(true);
  }

  async #page(turn: number, before: string | null): Promise<void> {
    const strand = this.#strand;
    if (strand === null) return;
    this.loading = { is: 'loading' };
    const filter: HistoryFilter = { ...EVERYTHING, ...strand, before, limit: PAGE };
    try {
      const { rows } = await this.#host.command({ command: 'history.page', filter });
      if (turn !== this.#turn) return;
      // With all their lines at once: what is read must not jump.
      await this.bodies.read(rows);
      if (turn !== this.#turn) return;
      this.rows = merge(before === null ? [] : this.rows, rows, 'below');
      this.complete = rows.length < PAGE;
      this.loading = { is: 'ready' };
    } catch (thrown) {
      if (turn === this.#turn) this.loading = { is: 'failed', why: Refused.from(thrown).message };
    }
  }

  /** Whoever reads the past is not disturbed. */
  #miss(): void {
    if (this.#strand === null) return;
    if (this.atEnd) void this.#page(++this.#turn, null);
    else this.#behind = true;
  }

  #arrive(rows: EntryView[]): void {
    const strand = this.#strand;
    if (strand === null) return;
    const fitting = rows.filter(
      (row) =>
        row.source === strand.source &&
        (strand.thread === null || row.thread === strand.thread) &&
        (strand.agent === null || row.agent === strand.agent),
    );
    if (fitting.length === 0) return;
    if (this.#behind) {
      this.unseen += fitting.length;
      return;
    }
    void this.bodies.follow(fitting);
    const before = this.rows.length;
    const merged = merge(this.rows, fitting.reverse(), 'above');
    if (!this.atEnd) this.unseen += merged.length - before;
    if (!this.atEnd && merged.length > MOST_BACK) {
      this.#behind = true;
    } else if (this.atEnd && merged.length > MOST) {
      this.complete = false;
      this.rows = merged.slice(0, MOST);
      this.bodies.keep(this.rows);
    } else {
      this.rows = merged;
    }
  }
}
