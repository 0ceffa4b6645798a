import type { IntentId, ReceiptView } from '../gen';
import type { Board } from './board';
import type { Desk } from './desk.svelte';

/** What came of an answer where it did not do what it should. */
const BAD: ReadonlySet<ReceiptView['verdict']> = new Set(['lost', 'expired', 'unknown', 'stuck']);

/** Answers of this window that came to nothing: said wherever the operator is by then, until they are seen. */
export class Verdicts {
  readonly #desk: Desk;
  #fell: readonly IntentId[] = $state.raw([]);

  constructor(desk: Desk) {
    this.#desk = desk;
    desk.hear({ changed: (board, before) => this.#changed(board, before) });
  }

  /** The newest first. */
  readonly rows: ReceiptView[] = $derived.by(() =>
    [...this.#desk.board.receipts.values()]
      .filter(({ intent, verdict }) => this.#fell.includes(intent) && BAD.has(verdict))
      .sort((a, b) => b.answeredAt - a.answeredAt),
  );

  seen(intent: IntentId): void {
    this.#fell = this.#fell.filter((other) => other !== intent);
  }

  #changed(board: Board, before: Board): void {
    if (board.receipts === before.receipts) return;
    for (const { key, intent, verdict, surface } of board.receipts.values()) {
      if (surface !== 'window' || !BAD.has(verdict) || this.#fell.includes(intent)) continue;
      const was = before.receipts.get(key);
      // What was over before we looked is in the history. What is over within a frame was never seen on its way.
      const isNews = was?.intent === intent ? was.verdict === 'pending' : before.number > 0;
      if (isNews) this.#fell = [...this.#fell, intent];
    }
  }
}
