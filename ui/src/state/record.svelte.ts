import type { Figures, RecordView } from '../gen';
import type { Host } from '../host';
import type { Clock } from './clock.svelte';
import type { Desk } from './desk.svelte';
import { Sums } from './sums.svelte';

/** How the operator answered over time: all together, then those with the most first. */
export class OwnRecord extends Sums<RecordView> {
  /** Whether it is looked at. */
  shown = $state(false);

  constructor(host: Host, desk: Desk, clock: Clock) {
    super(
      desk,
      clock,
      async (by, edges) => (await host.command({ command: 'record.sum', by, edges })).rows,
      (board, before) => board.asks !== before.asks,
    );
  }
}

/** How many the operator answered from here. */
export function answered({ answered }: Figures): number {
  return Object.values(answered).reduce((sum, count) => sum + count, 0);
}
