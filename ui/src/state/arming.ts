/** How long a new ask must have been on screen before a key may answer it, in milliseconds. */
export const ARMING = 250;

/** Keeps a key that was meant for one ask from answering the next. */
export class Arming {
  #what: string | null = null;
  #since = Number.NEGATIVE_INFINITY;

  /** What is on screen now; the same thing shown again changes nothing. */
  show(what: string | null, now: number): void {
    if (what === this.#what) return;
    this.#what = what;
    this.#since = now;
  }

  isArmed(now: number): boolean {
    return this.#what !== null && now - this.#since >= ARMING;
  }
}
