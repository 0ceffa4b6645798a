import type { Command, SavedSearch } from '../gen';
import { Refused, type Host } from '../host';
import type { Desk } from './desk.svelte';
import type { History } from './history.svelte';

/** Searches that the operator keeps under a name. */
export class Searches {
  /** Why the last change was not made. */
  trouble: string | null = $state(null);
  readonly #host: Host;
  readonly #desk: Desk;
  readonly #history: History;

  constructor(host: Host, desk: Desk, history: History) {
    this.#host = host;
    this.#desk = desk;
    this.#history = history;
  }

  readonly rows: readonly SavedSearch[] = $derived.by(() => this.#desk.board.searches);

  /** The one that is looked at. */
  readonly current: SavedSearch | undefined = $derived.by(() => {
    const now = identity(this.#now(''));
    return this.rows.find((search) => identity(search) === now);
  });

  /** Keeps what is looked at. Says whether it could. */
  async save(name: string): Promise<boolean> {
    return await this.#change({ command: 'search.save', search: this.#now(name), insteadOf: null });
  }

  async rename(search: SavedSearch, name: string): Promise<boolean> {
    return await this.#change({
      command: 'search.save',
      search: { ...search, name },
      insteadOf: search.name,
    });
  }

  async remove({ name }: SavedSearch): Promise<boolean> {
    return await this.#change({ command: 'search.remove', name });
  }

  #now(name: string): SavedSearch {
    const { filter, range, best } = this.#history;
    return { name, filter: { ...filter, best, since: null, until: null }, range };
  }

  async #change(command: Extract<Command, { command: 'search.save' | 'search.remove' }>): Promise<boolean> {
    try {
      await this.#host.command(command);
      this.trouble = null;
      return true;
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
      return false;
    }
  }
}

/** The same for searches that look for the same. */
function identity({ filter, range }: SavedSearch): string {
  const sorted = (fields: object): [string, unknown][] =>
    Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted(filter), sorted(range)]);
}
