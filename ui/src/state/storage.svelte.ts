import type { Command, IndexView, Millis, Portion, Rule, StorageView } from '../gen';
import { Refused, type Host } from '../host';

/** How often it is looked, while something is under way, and while nothing is. */
const BUSY_MS = 500;
const CALM_MS = 5000;
const DAY_MS = 86_400_000;

/** What the history takes on the disk, and what is done about it. */
export class Storage {
  view: StorageView | null = $state.raw(null);
  /** How far the search index is, as of the last search. */
  index: IndexView | null = $state.raw(null);
  trouble: string | null = $state(null);

  readonly #host: Host;
  #watchers = 0;
  #next: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Keeps what is shown up to date, until the end of it. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) void this.#look();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) clearTimeout(this.#next);
    };
  }

  /** Looks once. */
  async read(): Promise<void> {
    try {
      const { storage } = await this.#host.command({ command: 'storage.show' });
      this.view = storage;
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
    }
  }

  async readIndex(): Promise<void> {
    try {
      const { index } = await this.#host.command({ command: 'index.show' });
      this.index = index;
    } catch {
      // Whoever searches is told what went wrong by the search itself.
      this.index = null;
    }
  }

  /** How many lines a clearing would take out. */
  async count(portion: Portion, before: Millis | null): Promise<number | null> {
    try {
      const { entries } = await this.#host.command({ command: 'storage.count', portion, before });
      return entries;
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
      return null;
    }
  }

  /** How many lines a new rule would take out now, about. */
  async excess(rule: Rule, now: Millis): Promise<number | null> {
    const { portion, days, entries, bytes } = rule;
    const shares = (this.view?.shares ?? []).filter(
      ({ source, kind }) =>
        (portion.source === null || portion.source === source) &&
        (portion.kind === null ? kind !== 'receipt' : portion.kind === kind),
    );
    const all = shares.reduce((sum, share) => sum + share.entries, 0);
    const size = shares.reduce((sum, share) => sum + share.textBytes + share.frameBytes, 0);
    const old = days === null ? 0 : await this.count(portion, now - days * DAY_MS);
    if (old === null) return null;
    const many = entries === null ? 0 : all - entries;
    // As if all were of one size.
    const large = bytes === null || size <= bytes ? 0 : Math.ceil((all * (size - bytes)) / size);
    return Math.max(old, many, large, 0);
  }

  async clear(portion: Portion, before: Millis | null): Promise<void> {
    await this.#order({ command: 'storage.clear', portion, before });
  }

  async compact(): Promise<void> {
    await this.#order({ command: 'storage.compact' });
  }

  async cancel(): Promise<void> {
    await this.#order({ command: 'storage.cancel' });
  }

  async remakeIndex(): Promise<void> {
    await this.#order({ command: 'index.remake' });
  }

  async keep(rules: Rule[]): Promise<boolean> {
    return this.#order({ command: 'retention.set', rules });
  }

  async #order(
    command: Extract<
      Command,
      {
        command: 'storage.clear' | 'storage.compact' | 'storage.cancel' | 'index.remake' | 'retention.set';
      }
    >,
  ): Promise<boolean> {
    try {
      await this.#host.command(command);
      this.trouble = null;
      return true;
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
      return false;
    } finally {
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    clearTimeout(this.#next);
    await this.read();
    if (this.#watchers === 0) return;
    clearTimeout(this.#next);
    const isBusy = this.view !== null && (this.view.job !== null || this.view.index.behind > 0);
    this.#next = setTimeout(() => void this.#look(), isBusy ? BUSY_MS : CALM_MS);
  }
}
