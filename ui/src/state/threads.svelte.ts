import type { ItemId, Key, SourceId, ThreadView } from '../gen';
import { say } from '../words/say';
import type { Desk } from './desk.svelte';
import { Listing } from './listing.svelte';

/** Deeper than this, a thread stands no further to the right. */
const DEEPEST = 4;

/** A thread, and how far down it hangs. */
export interface Branch extends ThreadView {
  depth: number;
}

/** All conversations: the busy ones first, then the newest; each with those it started below it. */
export class Threads {
  readonly list: Listing<Branch>;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.list = new Listing(() => [{ title: say.threads.all, rows: this.#branches }], desk.afterMoves());
  }

  readonly #branches: Branch[] = $derived.by(() => arrange(this.#desk.board.threads));
}

/** Threads in the order of a tree. One whose parent is not there stands on its own. */
export function arrange(threads: ReadonlyMap<Key, ThreadView>): Branch[] {
  const below = new Map<Key, ThreadView[]>();
  const tops: ThreadView[] = [];
  for (const thread of threads.values()) {
    const parent = thread.parent === null ? null : keyOf(thread.source, thread.parent);
    if (parent === null || !threads.has(parent)) {
      tops.push(thread);
      continue;
    }
    const siblings = below.get(parent);
    if (siblings === undefined) below.set(parent, [thread]);
    else siblings.push(thread);
  }
  const branches = new Map<Key, Branch>();
  const hang = (rows: ThreadView[]): void => {
    const waiting = stack(rows, 0);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { key, depth } = next;
      if (branches.has(key)) continue;
      branches.set(key, next);
      waiting.push(...stack(below.get(key) ?? [], Math.min(depth + 1, DEEPEST)));
    }
  };
  hang(tops);
  // A server may tell of parents in a circle: none of them is lost for that.
  hang([...threads.values()]);
  return [...branches.values()];
}

/** The first in order is taken first from its end. */
function stack(threads: ThreadView[], depth: number): Branch[] {
  return threads.sort((a, b) => byLife(b, a)).map((thread) => ({ ...thread, depth }));
}

function keyOf(source: SourceId, item: ItemId): Key {
  return `${source}/${item}`;
}

function byLife(a: ThreadView, b: ThreadView): number {
  const busy = Number(b.state === 'busy') - Number(a.state === 'busy');
  return busy || b.updatedAt - a.updatedAt || (a.key < b.key ? -1 : 1);
}
