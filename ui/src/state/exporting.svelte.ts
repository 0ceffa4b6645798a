import type { Format } from '../gen';
import { Refused, type Exported, type Host } from '../host';
import type { History } from './history.svelte';

export type ExportState =
  | { is: 'asked' }
  | { is: 'writing'; lines: number; stop: AbortController }
  | { is: 'done'; exported: Exported }
  | { is: 'failed'; why: string };

/** Takes along what is looked at of the history. */
export class Exporting {
  format: Format = $state('jsonl');
  /** Nothing while nobody wants to. */
  state: ExportState | null = $state.raw(null);
  readonly #host: Host;
  readonly #history: History;

  constructor(host: Host, history: History) {
    this.#host = host;
    this.#history = history;
  }

  /** Only the app itself can open a folder. */
  get canShow(): boolean {
    return this.#host.place === 'shell';
  }

  ask(): void {
    this.state = { is: 'asked' };
  }

  /** Closes it. What is being written is given up. */
  close(): void {
    if (this.state?.is === 'writing') this.state.stop.abort();
    this.state = null;
  }

  async start(): Promise<void> {
    const stop = new AbortController();
    this.state = { is: 'writing', lines: 0, stop };
    const said = (lines: number): void => {
      if (!stop.signal.aborted) this.state = { is: 'writing', lines, stop };
    };
    try {
      const exported = await this.#host.exportHistory(this.#history.filter, this.format, said, stop.signal);
      if (!stop.signal.aborted) this.state = exported === null ? { is: 'asked' } : { is: 'done', exported };
    } catch (thrown) {
      if (!stop.signal.aborted) this.state = { is: 'failed', why: Refused.from(thrown).message };
    }
  }

  async show(): Promise<void> {
    try {
      await this.#host.showExport();
    } catch (thrown) {
      this.state = { is: 'failed', why: Refused.from(thrown).message };
    }
  }
}
