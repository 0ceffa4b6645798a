import type { Millis, SumBy } from '../gen';
import { Refused } from '../host';
import type { Span } from '../words/usage';
import type { Board } from './board';
import type { Clock } from './clock.svelte';
import type { Desk } from './desk.svelte';
import type { Loading } from './history.svelte';

/** While work goes on its figures change all the time: they are read again no more often, in milliseconds. */
const PAUSE = 2000;

/** What the local history adds up over time, and for whom. */
export class Sums<Row> {
  span: Span = $state('week');
  by: SumBy = $state('source');
  rows: Row[] = $state.raw([]);
  /** Bucket `n` of a row lies between edge `n` and the one after it. */
  edges: Millis[] = $state.raw([]);
  loading: Loading = $state.raw({ is: 'loading' });

  readonly #clock: Clock;
  readonly #read: (by: SumBy, edges: Millis[]) => Promise<Row[]>;
  #watched = false;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** What was asked for under another choice must not be shown under this one. */
  #turn = 0;

  constructor(
    desk: Desk,
    clock: Clock,
    read: (by: SumBy, edges: Millis[]) => Promise<Row[]>,
    /** Whether there may be other figures now. */
    changes: (board: Board, before: Board) => boolean,
  ) {
    this.#clock = clock;
    this.#read = read;
    desk.hear({
      changed: (board, before) => {
        if (this.#watched && changes(board, before)) this.#soon();
      },
    });
  }

  /** Reads, and reads again when there may be other figures, until it is told to end. */
  watch(): () => void {
    this.#watched = true;
    void this.load();
    return () => {
      this.#watched = false;
      clearTimeout(this.#again);
      this.#again = undefined;
    };
  }

  choose(choice: { span?: Span; by?: SumBy }): void {
    this.span = choice.span ?? this.span;
    this.by = choice.by ?? this.by;
    void this.load();
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    const edges = edgesOf(this.span, this.#clock.now);
    try {
      const rows = await this.#read(this.by, edges);
      if (turn !== this.#turn) return;
      this.rows = rows;
      this.edges = edges;
      this.loading = { is: 'ready' };
    } catch (thrown) {
      if (turn === this.#turn) this.loading = { is: 'failed', why: Refused.from(thrown).message };
    }
  }

  #soon(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      void this.load();
    }, PAUSE);
  }
}

/** The times between which is added up: hours of a day, days of a week or a month, months of a year. */
export function edgesOf(span: Span, now: Millis): Millis[] {
  const at = new Date(now);
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  // Days are not all of one length: the calendar says where each begins.
  const begin: Record<Span, [number, (ago: number) => Date]> = {
    day: [24, (ago) => new Date(year, month, day, at.getHours() + 1 - ago)],
    week: [7, (ago) => new Date(year, month, day + 1 - ago)],
    month: [30, (ago) => new Date(year, month, day + 1 - ago)],
    year: [12, (ago) => new Date(year, month + 1 - ago)],
  };
  const [count, edge] = begin[span];
  const edges = Array.from({ length: count + 1 }, (_, index) => edge(count - index).getTime());
  // Where the clocks go back, two hours have one name.
  return edges.filter((time, index) => index === 0 || time > (edges[index - 1] ?? 0));
}
