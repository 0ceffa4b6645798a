import type { TaskView } from '../gen';
import { say } from '../words/say';
import type { Desk } from './desk.svelte';
import { Listing } from './listing.svelte';

/** Units of work: what runs first, then the newest. */
export class Tasks {
  readonly list: Listing<TaskView>;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.list = new Listing(
      () => [
        { title: say.tasks.underWay, rows: this.#sorted.filter(isUnderWay) },
        { title: say.tasks.endedGroup, rows: this.#sorted.filter((task) => !isUnderWay(task)) },
      ],
      desk.afterMoves(),
    );
  }

  readonly #sorted: TaskView[] = $derived.by(() =>
    [...this.#desk.board.tasks.values()].sort(
      (a, b) => b.startedAt - a.startedAt || (a.key < b.key ? -1 : 1),
    ),
  );
}

function isUnderWay(task: TaskView): boolean {
  return task.endedAt === null && !['done', 'failed', 'cancelled'].includes(task.state);
}
