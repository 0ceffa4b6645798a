import type { BodyView, EntryView, ItemId, SourceId } from '../gen';
import type { Host } from '../host';
import { identity } from './rows';

/** What lines of history stand for, whole: of a long one the beginning, until all of it is asked for. */
export class Bodies {
  #rows: ReadonlyMap<string, BodyView> = $state.raw(new Map());
  readonly #host: Host;
  /** What came while others were read: read together, next. */
  readonly #waiting = new Map<SourceId, Set<ItemId>>();
  #busy = false;

  constructor(host: Host) {
    this.#host = host;
  }

  of(entry: Pick<EntryView, 'source' | 'item'>): BodyView | undefined {
    return this.#rows.get(identity(entry));
  }

  /** Returns when they are there. Where they cannot be read, the lines stand for themselves. */
  async read(rows: readonly EntryView[]): Promise<void> {
    const wanted = new Map<SourceId, ItemId[]>();
    for (const { source, item } of rows) wanted.set(source, [...(wanted.get(source) ?? []), item]);
    for (const [source, items] of wanted) await this.#fetch(source, items, false);
  }

  /** Reads them soon: however many come, one reading is under way. */
  async follow(rows: readonly EntryView[]): Promise<void> {
    for (const { source, item } of rows) {
      const items = this.#waiting.get(source) ?? new Set();
      this.#waiting.set(source, items.add(item));
    }
    if (this.#busy) return;
    this.#busy = true;
    for (let next = [...this.#waiting][0]; next !== undefined; next = [...this.#waiting][0]) {
      this.#waiting.delete(next[0]);
      await this.#fetch(next[0], [...next[1]], false);
    }
    this.#busy = false;
  }

  whole({ source, item }: EntryView): Promise<void> {
    return this.#fetch(source, [item], true);
  }

  /** Forgets all but these. */
  keep(rows: readonly EntryView[]): void {
    const kept = rows.map((row) => [identity(row), this.of(row)] as const);
    this.#rows = new Map(kept.filter((one): one is [string, BodyView] => one[1] !== undefined));
  }

  async #fetch(source: SourceId, items: ItemId[], whole: boolean): Promise<void> {
    try {
      const { rows } = await this.#host.command({ command: 'body.list', source, items, whole });
      const known = new Map(this.#rows);
      for (const row of rows) known.set(identity({ source, item: row.item }), row);
      this.#rows = known;
    } catch {
      // The line itself is still there to be read, and so is the frame.
    }
  }
}
