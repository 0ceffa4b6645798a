import { tick } from 'svelte';

import type {
  Answerer,
  AskView,
  EntryContext,
  EntryKind,
  EntryView,
  HistoryFilter,
  Key,
  LineOutcome,
  Millis,
  SavedSearch,
  SourceId,
} from '../gen';
import { Refused, type Host } from '../host';
import { isBy } from '../words/ended';
import type { Clock } from './clock.svelte';
import type { Desk } from './desk.svelte';
import type { Frame } from './frame';
import { EVERYTHING } from './filter';
import { ANY, limitsOf, within, type Limits, type Range } from './range';
import { identity, merge, newestFirst, settle } from './rows';

const PAGE = 100;
/** How long after the last key a search begins. */
export const TYPING_MS = 120;
/** Rows kept in memory: what is far away is dropped, and read again when it comes near. */
export const MOST = 1000;

/** What of all that happened is looked at, besides what is looked for. */
interface Choice {
  source?: SourceId | null;
  kind?: EntryKind | null;
  agent?: string | null;
  outcome?: LineOutcome | null;
  by?: Answerer | null;
  range?: Range;
  /** The best of what is found come first, and not the newest. */
  best?: boolean;
}

type Place = Partial<Pick<HistoryFilter, 'before' | 'after' | 'around'>>;

export type Loading = { is: 'loading' } | { is: 'ready' } | { is: 'failed'; why: string };

/** What has happened, newest first: of it, the part around what is looked at. */
export class History {
  rows: EntryView[] = $state.raw([]);
  loading: Loading = $state.raw({ is: 'loading' });
  /** Nothing is older than the last row. */
  complete = $state(false);
  /** Nothing is newer than the first row. */
  latest = $state(true);
  /** Rows came or went above: what is looked at stays where it is. */
  shift = $state(false);
  /** Which row is to be brought into view. */
  aim: number | null = $state(null);
  /** Came while the top was out of sight. */
  unseen = $state(0);
  /** Whether the first row is on screen. */
  atTop = true;

  source: SourceId | null = $state(null);
  kind: EntryKind | null = $state(null);
  agent: string | null = $state(null);
  outcome: LineOutcome | null = $state(null);
  by: Answerer | null = $state.raw(null);
  range: Range = $state.raw(ANY);
  best = $state(false);
  /** What is looked for. */
  search = $state('');
  selected: EntryView | null = $state.raw(null);
  /** The entry that is looked at: it follows the selected one once the list has shown that. */
  looked: EntryView | null = $state.raw(null);
  /** What is around it, once it is read. */
  context: EntryContext | null = $state.raw(null);

  readonly #host: Host;
  readonly #clock: Clock;
  #begun = false;
  #shown = false;
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** A page that was asked for under another filter must not be shown under this one. */
  #turn = 0;
  /** The page that was asked for last, to be asked for again. */
  #wanted: Place = {};
  /** Arrived while a page was read, which may or may not have it. */
  #late: EntryView[] = [];
  /** More arrived meanwhile than was told or kept. */
  #missed = false;
  /** Some of what came is not among the rows, which had the newest. */
  #behind = false;
  readonly #afterMoves: Frame;

  constructor(host: Host, desk: Desk, clock: Clock) {
    this.#host = host;
    this.#afterMoves = desk.afterMoves();
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

  /** The screen is opened: reads the first page, unless it is there. */
  begin(): void {
    this.#shown = true;
    if (!this.#begun) void this.load();
    else this.#catchUp();
  }

  async load(): Promise<void> {
    this.rows = [];
    await this.#anew({});
  }

  /** The screen is left: what comes now is read when it is opened again. */
  leave(): void {
    this.#shown = false;
    this.atTop = true;
  }

  /** The first row is on screen, or no longer. */
  reach(atTop: boolean): void {
    this.atTop = atTop;
    if (!atTop) return;
    if (!this.#catchUp() && this.latest) this.unseen = 0;
  }

  /** What happened before and after a time. */
  async jump(around: Millis): Promise<void> {
    if (!within(around, this.limits)) this.range = ANY;
    this.best = false;
    this.rows = [];
    await this.#anew({ around });
  }

  /** The next older page. */
  async more(): Promise<void> {
    const last = this.rows.at(-1);
    if (this.loading.is !== 'loading' && !this.complete && last !== undefined) {
      await this.#page(this.#turn, { before: last.cursor });
    }
  }

  /** The next newer page. */
  async back(): Promise<void> {
    const first = this.rows[0];
    if (this.loading.is !== 'loading' && !this.latest && first !== undefined) {
      await this.#page(this.#turn, { after: first.cursor });
    }
  }

  /** What could not be read. */
  async again(): Promise<void> {
    await this.#page(this.#turn, this.#wanted);
  }

  /** Every filter begins at the newest row. */
  choose({ source, kind, agent, outcome, by, range, best }: Choice): void {
    if (source !== undefined) this.source = source;
    if (kind !== undefined) this.kind = kind;
    if (agent !== undefined) this.agent = agent;
    if (outcome !== undefined) this.outcome = outcome;
    if (by !== undefined) this.by = by;
    if (range !== undefined) this.range = range;
    if (best !== undefined) this.best = best;
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
    this.choose({ source: null, kind: null, agent: null, outcome: null, by: null, range: ANY });
  }

  /** Looks for what a saved search says. */
  use({ filter, range }: SavedSearch): void {
    const { source, kind, agent, outcome, by, best, search } = filter;
    this.search = search ?? '';
    this.choose({ source, kind, agent, outcome, by, best, range });
  }

  /** Shows what of a source was not understood. */
  odd(source: SourceId): void {
    this.select(null);
    this.search = '';
    this.choose({ source, kind: 'odd', agent: null, outcome: null, by: null, range: ANY });
  }

  /** Looks at an entry, and reads what is around it. */
  select(entry: EntryView | null): void {
    this.selected = entry;
    this.#afterMoves(() => {
      if (this.selected !== entry || this.looked === entry) return;
      this.looked = entry;
      this.context = null;
      if (entry !== null) void this.#around(entry);
    });
  }

  /** Brings an entry into view, among all that happened around it. Rejects with a {@link Refused}. */
  async open(key: Key): Promise<void> {
    const { context } = await this.#host.command({ command: 'entry.show', key });
    this.selected = this.looked = context.entry;
    this.context = context;
    this.search = '';
    [this.source, this.kind, this.agent, this.outcome, this.by, this.range] = [
      null,
      null,
      null,
      null,
      null,
      ANY,
    ];
    await this.jump(context.entry.at);
    const at = this.rows.findIndex((row) => identity(row) === key);
    if (at >= 0) this.aim = at;
  }

  readonly searching: boolean = $derived(this.search.trim() !== '');

  readonly limits: Limits = $derived.by(() => limitsOf(this.range, this.#clock.now));

  readonly filtered: boolean = $derived.by(
    () =>
      this.source !== null ||
      this.kind !== null ||
      this.agent !== null ||
      this.outcome !== null ||
      this.by !== null ||
      this.range.is !== 'any' ||
      this.searching,
  );

  /** Another part of the history, in place of what is shown once it is there. */
  async #anew(place: Place): Promise<void> {
    this.#begun = true;
    this.#behind = false;
    this.unseen = 0;
    this.aim = null;
    await this.#page(++this.#turn, place);
  }

  async #page(turn: number, place: Place): Promise<void> {
    this.loading = { is: 'loading' };
    this.#wanted = place;
    [this.#late, this.#missed] = [[], false];
    try {
      const filter = { ...this.filter, best: this.#isBest(), ...place, limit: PAGE };
      const { rows } = await this.#host.command({ command: 'history.page', filter });
      if (turn !== this.#turn) return;
      this.#put(rows, place);
      if (this.#missed && this.latest) [this.#behind, this.latest] = [true, false];
      await this.#trim(turn, place.after === undefined ? 'above' : 'below');
      if (turn !== this.#turn) return;
      this.loading = { is: 'ready' };
      const late = this.#late;
      this.#late = [];
      this.#settle(late);
      this.#catchUp();
    } catch (thrown) {
      if (turn === this.#turn) this.loading = { is: 'failed', why: Refused.from(thrown).message };
    }
  }

  #put(page: EntryView[], { before, after, around }: Place): void {
    if (around !== undefined && around !== null) {
      const newer = page.filter((row) => row.at >= around).length;
      this.latest = newer < PAGE / 2;
      this.complete = page.length < PAGE;
      this.rows = page;
      this.aim = Math.max(0, newer - 1);
      return;
    }
    if (after === undefined) {
      this.shift = false;
      this.rows = merge(before === undefined ? [] : this.rows, page, 'below');
      // What is best comes in one page.
      this.complete = page.length < PAGE || this.#isBest();
      this.latest ||= before === undefined;
      return;
    }
    this.shift = true;
    this.rows = merge(this.rows, page, 'above');
    this.latest = page.length < PAGE;
  }

  /** Drops what is far away, once what came is shown: the list can follow one of its ends at a time. */
  async #trim(turn: number, end: 'above' | 'below'): Promise<void> {
    if (this.rows.length <= MOST) return;
    await tick();
    if (turn !== this.#turn) return;
    this.shift = end === 'above';
    if (end === 'above') {
      this.rows = this.rows.slice(-MOST);
      this.latest = false;
    } else {
      this.rows = this.rows.slice(0, MOST);
      this.complete = false;
    }
  }

  #isBest(): boolean {
    return this.best && this.searching;
  }

  /** All that is looked at, from the newest on. */
  get filter(): HistoryFilter {
    const { source, kind, agent, outcome, by } = this;
    const search = this.searching ? this.search : null;
    return { ...EVERYTHING, source, kind, agent, outcome, by, ...this.limits, search };
  }

  async #around(entry: EntryView): Promise<void> {
    const key = identity(entry);
    try {
      const { context } = await this.#host.command({ command: 'entry.show', key });
      if (this.selected !== null && identity(this.selected) === key) this.context = context;
    } catch {
      // The entry itself is still there to be read.
    }
  }

  /** Whoever reads the past is not disturbed. */
  #miss(): void {
    if (!this.#begun) return;
    if (this.loading.is === 'loading') this.#missed = true;
    else if (this.searching || !(this.latest || this.#behind)) return;
    else {
      this.#behind = true;
      if (!this.#catchUp()) this.latest = false;
    }
  }

  /** Reads what is newest, where that is looked at and not all there. */
  #catchUp(): boolean {
    const late = this.#behind && this.atTop && this.#shown;
    if (late) void this.#anew({});
    return late;
  }

  #arrive(rows: EntryView[]): void {
    if (!this.#begun) return;
    const { selected } = this;
    if (selected !== null && rows.some((row) => identity(row) === identity(selected)))
      void this.#around(selected);
    const fitting = rows.filter((row) => this.#fits(row));
    if (this.loading.is === 'loading') {
      this.#late.push(...fitting);
      if (this.#late.length > MOST) [this.#late, this.#missed] = [[], true];
    } else {
      this.#settle(fitting);
    }
  }

  #fits(row: EntryView): boolean {
    return (
      (this.source === null || row.source === this.source) &&
      (this.kind === null || row.kind === this.kind) &&
      (this.agent === null || row.agent === this.agent) &&
      (this.outcome === null || row.ended?.outcome === this.outcome) &&
      (this.by === null || (row.ended !== null && isBy(this.by, row.ended.by))) &&
      within(row.at, this.limits)
    );
  }

  /** Shows what arrived, where it belongs; what is out of the part that is held is counted, or read later. */
  #settle(arrived: EntryView[]): void {
    if (arrived.length === 0) return;
    if (this.searching) {
      // Only the engine knows which of them have the words.
      this.unseen += arrived.length;
      return;
    }
    const known = new Set(this.rows.map(identity));
    const [first, last] = [this.rows[0], this.rows.at(-1)];
    const isAbove = (row: EntryView): boolean => first === undefined || newestFirst(row, first) < 0;
    const isBelow = (row: EntryView): boolean => last !== undefined && newestFirst(row, last) > 0;
    const fresh = arrived.filter((row) => !known.has(identity(row)));
    const above = fresh.filter(isAbove).length;
    if (!this.atTop || !this.latest) this.unseen += above;
    if (!this.atTop && this.rows.length + above > MOST && above > 0) this.latest = false;
    const shown = arrived.filter(
      (row) =>
        known.has(identity(row)) || ((this.latest || !isAbove(row)) && (this.complete || !isBelow(row))),
    );
    if (shown.length === 0) return;
    this.shift = !this.atTop;
    const rows = settle(this.rows, shown);
    if (rows.length > MOST && this.atTop) this.complete = false;
    this.rows = this.atTop ? rows.slice(0, MOST) : rows;
  }
}

/** Everybody an entry or an ask may be from, for the filter. */
export function agentsOf(rows: Iterable<Pick<EntryView | AskView, 'agent'>>): string[] {
  const names = new Set<string>();
  for (const { agent } of rows) if (agent !== null) names.add(agent);
  return [...names].sort((a, b) => a.localeCompare(b));
}
