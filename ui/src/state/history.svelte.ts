import type { AskView, EntryKind, EntryView, HistoryFilter, SourceId } from '../gen';
import { Refused, type Host } from '../host';
import type { Clock } from './clock.svelte';
import type { Desk } from './desk.svelte';
import { EVERYTHING } from './filter';
import { ANY, limitsOf, within, type Limits, type Range } from './range';

const PAGE = 100;
/** How long after the last key a search begins. */
const TYPING_MS = 120;
/** Rows kept in memory while they only arrive; older ones are a page away. */
const MOST = 5000;

/** What of all that happened is looked at, besides what is looked for. */
interface Choice {
  source?: SourceId | null;
  kind?: EntryKind | null;
  agent?: string | null;
  range?: Range;
}

export type Loading = { is: 'loading' } | { is: 'ready' } | { is: 'failed'; why: string };

/** What has happened, newest first. */
export class History {
  rows: EntryView[] = $state.raw([]);
  loading: Loading = $state.raw({ is: 'loading' });
  /** Nothing is older than the last row. */
  complete = $state(false);
  /** Came while the list was not at its top. */
  unseen = $state(0);
  /** Whether the newest row is on screen. */
  atTop = true;

  source: SourceId | null = $state(null);
  kind: EntryKind | null = $state(null);
  agent: string | null = $state(null);
  range: Range = $state.raw(ANY);
  /** What is looked for. */
  search = $state('');
  selected: EntryView | null = $state.raw(null);

  readonly #host: Host;
  readonly #clock: Clock;
  #begun = false;
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** A page that was asked for under another filter must not be shown under this one. */
  #turn = 0;
  /** Some of what came is not among the rows. */
  #behind = false;

  constructor(host: Host, desk: Desk, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
    desk.hear({
      entries: (rows) => this.#arrive(rows),
      missed: () => this.#miss(),
      // After a reset something may have been missed.
      changed: (_, before) => {
        if (before.number === 0 && this.#begun) void this.load();
      },
    });
  }

  /** The first page, once the screen is opened. */
  begin(): void {
    if (!this.#begun) void this.load();
  }

  async load(): Promise<void> {
    this.#begun = true;
    this.rows = [];
    this.complete = false;
    await this.#renew();
  }

  /** The newest row is on screen, or no longer. */
  reach(atTop: boolean): void {
    this.atTop = atTop;
    if (!atTop) return;
    this.unseen = 0;
    if (this.#behind) void this.#renew();
  }

  /** The next older page. */
  async more(): Promise<void> {
    const last = this.rows.at(-1);
    if (this.loading.is === 'loading' || this.complete || last === undefined) return;
    await this.#page(this.#turn, last.cursor);
  }

  /** Every filter begins at the newest row. */
  choose({ source, kind, agent, range }: Choice): void {
    if (source !== undefined) this.source = source;
    if (kind !== undefined) this.kind = kind;
    if (agent !== undefined) this.agent = agent;
    if (range !== undefined) this.range = range;
    void this.load();
  }

  /** Looks for it once the operator has typed it. */
  look(search: string): void {
    this.search = search;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.load(), TYPING_MS);
  }

  showAll(): void {
    this.search = '';
    this.choose({ source: null, kind: null, agent: null, range: ANY });
  }

  /** Shows what of a source was not understood. */
  odd(source: SourceId): void {
    this.selected = null;
    this.search = '';
    this.choose({ source, kind: 'odd', agent: null, range: ANY });
  }

  readonly searching: boolean = $derived(this.search.trim() !== '');

  readonly limits: Limits = $derived.by(() => limitsOf(this.range, this.#clock.now));

  readonly filtered: boolean = $derived.by(
    () =>
      this.source !== null ||
      this.kind !== null ||
      this.agent !== null ||
      this.range.is !== 'any' ||
      this.searching,
  );

  /** The newest page, in place of what is shown once it is there. */
  async #renew(): Promise<void> {
    this.unseen = 0;
    this.#behind = false;
    await this.#page(++this.#turn, null);
  }

  async #page(turn: number, before: string | null): Promise<void> {
    this.loading = { is: 'loading' };
    try {
      const { rows } = await this.#host.command({ command: 'history.page', filter: this.#filter(before) });
      if (turn !== this.#turn) return;
      this.rows = merge(before === null ? [] : this.rows, rows, 'below');
      this.complete = rows.length < PAGE;
      this.loading = { is: 'ready' };
    } catch (thrown) {
      if (turn === this.#turn) this.loading = { is: 'failed', why: Refused.from(thrown).message };
    }
  }

  #filter(before: string | null): HistoryFilter {
    const { source, kind, agent } = this;
    const search = this.searching ? this.search : null;
    return { ...EVERYTHING, source, kind, agent, ...this.limits, search, before, limit: PAGE };
  }

  /** Whoever reads the past is not disturbed. */
  #miss(): void {
    if (!this.#begun) return;
    if (this.atTop && !this.searching) void this.#renew();
    else this.#behind = true;
  }

  #arrive(rows: EntryView[]): void {
    if (!this.#begun) return;
    const fitting = rows.filter(
      (row) =>
        (this.source === null || row.source === this.source) &&
        (this.kind === null || row.kind === this.kind) &&
        (this.agent === null || row.agent === this.agent) &&
        within(row.at, this.limits),
    );
    if (fitting.length === 0) return;
    if (this.searching) {
      // Only the engine knows which of them have the words.
      this.unseen += fitting.length;
      return;
    }
    const before = this.rows.length;
    const merged = merge(this.rows, fitting.reverse(), 'above');
    if (!this.atTop) this.unseen += merged.length - before;
    if (merged.length > MOST && this.atTop) {
      this.complete = false;
      this.rows = merged.slice(0, MOST);
    } else {
      this.rows = merged;
    }
  }
}

/** One entry is one row, wherever it came from; told again, it is shown as told last. */
export function merge(rows: EntryView[], more: EntryView[], where: 'above' | 'below'): EntryView[] {
  const told = new Map(more.map((row) => [identity(row), row]));
  const kept = rows.map((row) => {
    const again = told.get(identity(row));
    told.delete(identity(row));
    return again ?? row;
  });
  const fresh = [...told.values()];
  return where === 'above' ? [...fresh, ...kept] : [...kept, ...fresh];
}

export function identity(row: Pick<EntryView, 'source' | 'item'>): string {
  return `${row.source}/${row.item}`;
}

/** Everybody an entry or an ask may be from, for the filter. */
export function agentsOf(rows: Iterable<Pick<EntryView | AskView, 'agent'>>): string[] {
  const names = new Set<string>();
  for (const { agent } of rows) if (agent !== null) names.add(agent);
  return [...names].sort((a, b) => a.localeCompare(b));
}
