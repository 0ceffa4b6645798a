import { Refused, type Host } from '../host';

/** Links lead out of the window only after the operator has seen where to. */
export class Outside {
  asking: URL | null = $state.raw(null);
  trouble: string | null = $state(null);
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Shows where a link leads. What is neither web nor mail is not followed. */
  ask(href: string): void {
    const url = destination(href);
    if (url === null) return;
    this.trouble = null;
    this.asking = url;
  }

  async open(): Promise<void> {
    if (this.asking === null) return;
    try {
      await this.#host.openExternal(this.asking.href);
      this.asking = null;
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
    }
  }

  cancel(): void {
    this.asking = null;
  }
}

/** Where a link leads, if it is one that may be followed. */
export function destination(href: string): URL | null {
  try {
    const url = new URL(href);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}
