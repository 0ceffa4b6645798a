import type { TaskView } from '../gen';
import type { Desk } from './desk.svelte';
import { Listing } from './listing.svelte';

/** What a number of tasks took together. */
export interface Total {
  name: string;
  tasks: number;
  tokensIn: number;
  tokensOut: number;
  costMicros: number;
}

/** Units of work: what runs first, then the newest. */
export class Tasks {
  readonly list: Listing<TaskView>;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.list = new Listing(() => [
      { title: 'Under way', rows: this.#sorted.filter(isUnderWay) },
      { title: 'Ended', rows: this.#sorted.filter((task) => !isUnderWay(task)) },
    ]);
  }

  readonly #sorted: TaskView[] = $derived.by(() =>
    [...this.#desk.board.tasks.values()].sort(
      (a, b) => b.startedAt - a.startedAt || (a.key < b.key ? -1 : 1),
    ),
  );

  readonly bySource: Total[] = $derived.by(() =>
    totals(this.#sorted, (task) => this.#desk.board.sources.get(task.source)?.name ?? task.source),
  );

  readonly byAgent: Total[] = $derived.by(() => totals(this.#sorted, (task) => task.agent ?? 'no agent'));
}

function isUnderWay(task: TaskView): boolean {
  return task.endedAt === null && !['done', 'failed', 'cancelled'].includes(task.state);
}

/** Adds up tasks of one name, the costliest first. What a server does not tell counts as nothing. */
export function totals(tasks: TaskView[], nameOf: (task: TaskView) => string): Total[] {
  const found = new Map<string, Total>();
  for (const task of tasks) {
    const name = nameOf(task);
    const total = found.get(name) ?? { name, tasks: 0, tokensIn: 0, tokensOut: 0, costMicros: 0 };
    total.tasks += 1;
    total.tokensIn += task.tokensIn ?? 0;
    total.tokensOut += task.tokensOut ?? 0;
    total.costMicros += task.costMicros ?? 0;
    found.set(name, total);
  }
  const tokens = (total: Total): number => total.tokensIn + total.tokensOut;
  return [...found.values()].sort(
    (a, b) => b.costMicros - a.costMicros || tokens(b) - tokens(a) || a.name.localeCompare(b.name),
  );
}
