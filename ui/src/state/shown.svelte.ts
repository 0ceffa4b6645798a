import type { Board } from './board';

/** The board as it is shown: whoever looks at one collection of it hears of that one alone. Most batches touch one. */
export class Shown implements Board {
  readonly #board: () => Board;

  constructor(board: () => Board) {
    this.#board = board;
  }

  readonly sources = $derived.by(() => this.#board().sources);
  readonly asks = $derived.by(() => this.#board().asks);
  readonly agents = $derived.by(() => this.#board().agents);
  readonly threads = $derived.by(() => this.#board().threads);
  readonly tasks = $derived.by(() => this.#board().tasks);
  readonly findings = $derived.by(() => this.#board().findings);
  readonly receipts = $derived.by(() => this.#board().receipts);
  readonly settings = $derived.by(() => this.#board().settings);
  readonly searches = $derived.by(() => this.#board().searches);
  readonly desktop = $derived.by(() => this.#board().desktop);
  readonly selfTest = $derived.by(() => this.#board().selfTest);
  readonly shell = $derived.by(() => this.#board().shell);
  readonly number = $derived.by(() => this.#board().number);
}
