import type { Amount, UsageView } from '../gen';
import type { Host } from '../host';
import type { Measure } from '../words/usage';
import type { Clock } from './clock.svelte';
import type { Desk } from './desk.svelte';
import { Sums } from './sums.svelte';

/** What tasks took over time, the costliest first. */
export class Usage extends Sums<UsageView> {
  measure: Measure = $state('tokens');

  constructor(host: Host, desk: Desk, clock: Clock) {
    super(
      desk,
      clock,
      async (by, edges) => (await host.command({ command: 'usage.sum', by, edges })).rows,
      (board, before) => board.tasks !== before.tasks,
    );
  }
}

/** How much that is of what is measured: tokens in and out together, or millionths of a dollar. */
export function measured(amount: Amount, measure: Measure): number {
  return measure === 'cost' ? amount.costMicros : amount.tokensIn + amount.tokensOut;
}
