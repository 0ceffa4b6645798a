import type { Amount, Millis, UsageBy, UsageView } from '../gen';
import { Refused, type Host } from '../host';
import type { Measure, Span } from '../words/usage';
import type { Clock } from './clock.svelte';
import type { Desk } from './desk.svelte';
import type { Loading } from './history.svelte';

/** While work goes on its figures change all the time: they are read again no more often, in milliseconds. */
const PAUSE = 2000;

/** What tasks took over time, as the local history has it. */
export class Usage {
  span: Span = $state('week');
  by: UsageBy = $state('source');
  measure: Measure = $state('tokens');
  /** The costliest first. */
  rows: UsageView[] = $state.raw([]);
  /** Bucket `n` of a row lies between edge `n` and the one after it. */
  edges: Millis[] = $state.raw([]);
  loading: Loading = $state.raw({ is: 'loading' });

  readonly #host: Host;
  readonly #clock: Clock;
  #watched = false;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** What was asked for under another choice must not be shown under this one. */
  #turn = 0;

  constructor(host: Host, desk: Desk, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
    desk.hear({
      changed: (board, before) => {
        if (this.#watched && board.tasks !== before.tasks) this.#soon();
      },
    });
  }

  /** Reads, and reads again when tasks change, until it is told to end. */
  watch(): () => void {
    this.#watched = true;
    void this.load();
    return () => {
      this.#watched = false;
      clearTimeout(this.#again);
      this.#again = undefined;
    };
  }

  choose(choice: { span?: Span; by?: UsageBy }): void {
    this.span = choice.span ?? this.span;
    this.by = choice.by ?? this.by;
    void this.load();
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    const edges = edgesOf(this.span, this.#clock.now);
    try {
      const { rows } = await this.#host.command({ command: 'usage.sum', by: this.by, edges });
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

/** How much that is of what is measured: tokens in and out together, or millionths of a dollar. */
export function measured(amount: Amount, measure: Measure): number {
  return measure === 'cost' ? amount.costMicros : amount.tokensIn + amount.tokensOut;
}
