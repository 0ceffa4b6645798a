import type { DialectView, SourceDraft, SourceId, SourceView } from '../gen';
import { Refused, type Host } from '../host';
import { parentOf, sourceTitle } from './agents.svelte';
import type { Desk } from './desk.svelte';
import { SourceForm } from './source-form.svelte';

/** The configured sources, and what the operator does with them. */
export class Sources {
  selected: SourceId | null = $state(null);
  form: SourceForm | null = $state.raw(null);
  /** The source that is about to be removed. */
  removing: SourceView | null = $state.raw(null);
  trouble: string | null = $state(null);
  busy = $state(false);

  readonly #host: Host;
  readonly #desk: Desk;
  #dialects: DialectView[] | undefined;

  constructor(host: Host, desk: Desk) {
    this.#host = host;
    this.#desk = desk;
  }

  /** By their names, those that hang under another right below it. */
  readonly rows: SourceView[] = $derived.by(() => {
    const { sources } = this.#desk.board;
    const title = (row: SourceView): string => sourceTitle(sources, row.source);
    return [...sources.values()].sort((a, b) => title(a).localeCompare(title(b)));
  });

  hangs(row: SourceView): boolean {
    return parentOf(this.#desk.board.sources, row.source) !== undefined;
  }

  readonly current: SourceView | undefined = $derived.by(() =>
    this.selected === null ? undefined : this.#desk.board.sources.get(this.selected),
  );

  select(source: SourceId): void {
    this.selected = source;
    this.form = null;
    this.trouble = null;
  }

  /** The next one, or the one before; the first where none is chosen. */
  move(step: 1 | -1): void {
    if (this.form !== null) return;
    const at = this.rows.findIndex((row) => row.source === this.selected);
    const row = this.rows[at === -1 ? 0 : at + step];
    if (row !== undefined) this.select(row.source);
  }

  /** Opens the form: with a source to change, with what is known of a new one, or empty. */
  async edit(source: SourceView | null, draft: SourceDraft | null = null): Promise<void> {
    await this.#try(async () => {
      this.#dialects ??= (await this.#host.command({ command: 'dialect.list' })).rows;
      const form = new SourceForm(this.#host, this.#dialects, source);
      if (draft !== null) form.fill(draft);
      this.form = form;
    });
  }

  /** Back to the list, or to the source that was changed. */
  cancel(): void {
    this.form = null;
    this.trouble = null;
  }

  async save(): Promise<void> {
    const saved = await this.form?.save();
    if (saved == null) return;
    this.select(saved.source);
  }

  async pause(source: SourceView): Promise<void> {
    const command = source.paused ? 'source.resume' : 'source.pause';
    await this.#try(() => this.#host.command({ command, source: source.source }));
  }

  async remove(): Promise<void> {
    const source = this.removing;
    if (source === null) return;
    this.removing = null;
    await this.#try(() => this.#host.command({ command: 'source.remove', source: source.source }));
    if (this.trouble === null) this.selected = null;
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    this.trouble = null;
    this.busy = true;
    try {
      await act();
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
    } finally {
      this.busy = false;
    }
  }
}
