import type { DetectedView, SourceDraft } from '../gen';
import { Refused, type Host } from '../host';

/** Who listens on this machine. Nobody is looked for before the operator says so. */
export class Detection {
  /** Nothing before the first look. */
  rows: DetectedView[] | null = $state.raw(null);
  /** Where it was looked. */
  ports: number[] = $state.raw([]);
  looking = $state(false);
  /** The address of the server that is being added. */
  adding: string | null = $state(null);
  trouble: string | null = $state(null);

  readonly #host: Host;
  /** What comes of an older look is for nobody. */
  #look = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  async look(): Promise<void> {
    const look = (this.#look += 1);
    this.looking = true;
    this.trouble = null;
    try {
      const { ports, rows } = await this.#host.command({ command: 'source.detect', ports: [] });
      if (look !== this.#look) return;
      this.ports = ports;
      this.rows = rows;
    } catch (thrown) {
      if (look === this.#look) this.trouble = Refused.from(thrown).message;
    } finally {
      if (look === this.#look) this.looking = false;
    }
  }

  /** Adds a server as it was found. */
  async add(row: DetectedView, draft: SourceDraft): Promise<void> {
    if (this.adding !== null) return;
    this.adding = row.url;
    this.trouble = null;
    try {
      const { row: added } = await this.#host.command({ command: 'source.add', draft });
      const known: DetectedView = { ...row, who: { is: 'known', source: added.source } };
      this.rows = this.rows?.map((other) => (other.url === row.url ? known : other)) ?? null;
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
    } finally {
      this.adding = null;
    }
  }

  /** Forgets what was found. */
  close(): void {
    this.#look += 1;
    this.rows = null;
    this.looking = false;
    this.trouble = null;
  }
}
