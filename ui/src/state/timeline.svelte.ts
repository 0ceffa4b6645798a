import type { HistoryFilter, Millis } from '../gen';
import { Refused, type Host } from '../host';
import type { Clock } from './clock.svelte';
import type { Desk } from './desk.svelte';
import { EVERYTHING } from './filter';
import { TYPING_MS } from './history.svelte';

/** While entries arrive they are counted again no more often, in milliseconds. */
const PAUSE = 10_000;
/** More bars than that nobody can point at. */
const MOST = 72;
/** With fewer, what has just begun would be one block. */
const LEAST = 24;

/** Whose entries are counted, and which of them are found. */
export type Counted = Pick<HistoryFilter, 'source' | 'kind' | 'agent' | 'outcome' | 'by' | 'search'>;

/** How much happened from `since` to before `until`. */
export interface Bar {
  since: Millis;
  until: Millis;
  count: number;
}

/** How much happened when: in all the time that the history reaches back, or in a time of its own. */
export class Timeline {
  bars: Bar[] = $state.raw([]);
  /** They are of what is found, and not of everything. */
  areFound = $state(false);
  /** What is found before this time was not counted. */
  countedFrom: Millis | null = $state(null);
  /** Why it could not be counted. */
  failed: string | null = $state(null);

  readonly #host: Host;
  readonly #clock: Clock;
  readonly #edges: ((now: Millis) => Millis[]) | null;
  #counted: Counted | null = null;
  #first: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** What was counted under another filter must not be shown under this one. */
  #turn = 0;

  constructor(host: Host, desk: Desk, clock: Clock, edges: ((now: Millis) => Millis[]) | null = null) {
    this.#host = host;
    this.#edges = edges;
    this.#clock = clock;
    desk.hear({ entries: () => this.#soon(), missed: () => this.#soon() });
  }

  /** Counts, and counts again when entries arrive, until it is told to end. */
  watch(counted: Counted): () => void {
    this.#counted = counted;
    if (counted.search === null) void this.#count();
    else this.#first = setTimeout(() => void this.#count(), TYPING_MS);
    return () => {
      this.#counted = null;
      this.#turn += 1;
      clearTimeout(this.#first);
      clearTimeout(this.#again);
      this.#again = undefined;
    };
  }

  async #count(): Promise<void> {
    const counted = this.#counted;
    if (counted === null) return;
    const turn = ++this.#turn;
    const filter = { ...EVERYTHING, ...counted };
    const ask = { command: 'history.timeline', filter } as const;
    try {
      const edges = this.#edges?.(this.#clock.now) ?? (await this.#reach(ask));
      const { counts, countedFrom } = (await this.#host.command({ ...ask, edges })).timeline;
      if (turn !== this.#turn) return;
      this.bars = counts.map((count, at) => ({ since: edges[at] ?? 0, until: edges[at + 1] ?? 0, count }));
      [this.areFound, this.countedFrom] = [counted.search !== null, countedFrom];
      this.failed = null;
    } catch (thrown) {
      if (turn === this.#turn) this.failed = Refused.from(thrown).message;
    }
  }

  /** As far as the history reaches back. */
  async #reach(ask: { command: 'history.timeline'; filter: HistoryFilter }): Promise<Millis[]> {
    const { span } = (await this.#host.command({ ...ask, edges: [] })).timeline;
    return span === null ? [] : edgesOver(span, this.#clock.now);
  }

  #soon(): void {
    if (this.#counted === null) return;
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      void this.#count();
    }, PAUSE);
  }
}

/** The last 24 hours, each on its own; the newest is the one that is not over. */
export function lastHours(now: Millis): Millis[] {
  const end = new Date(now);
  const hour = (ago: number): number =>
    new Date(end.getFullYear(), end.getMonth(), end.getDate(), end.getHours() - ago).getTime();
  return [...new Set(Array.from({ length: 25 }, (_, at) => hour(23 - at)))].sort((a, b) => a - b);
}

/** The hours, days, weeks or months of a time, whichever are few enough; of the longest, the last months. */
export function edgesOver([first, last]: [Millis, Millis], now: Millis): Millis[] {
  // A server may tell any time: what it says of the future is not what the operator looks for.
  const end = new Date(first > now ? Math.min(last, 8e15) : Math.min(last, now));
  const [year, month, day] = [end.getFullYear(), end.getMonth(), end.getDate()];
  const monday = day - ((end.getDay() + 6) % 7);
  const units: ((ago: number) => Date)[] = [
    (ago) => new Date(year, month, day, end.getHours() - ago),
    (ago) => new Date(year, month, day - ago),
    (ago) => new Date(year, month, monday - 7 * ago),
    (ago) => new Date(year, month - ago),
  ];
  let edges: Millis[] = [];
  for (const begin of units) {
    edges = [begin(-1).getTime()];
    for (let ago = 0; ago < MOST && (ago < LEAST || (edges[0] ?? 0) > first); ago += 1) {
      const time = begin(ago).getTime();
      // Where the clocks go back, two hours have one name.
      if (time < (edges[0] ?? 0)) edges.unshift(time);
    }
    if ((edges[0] ?? 0) <= first) break;
  }
  return edges;
}
