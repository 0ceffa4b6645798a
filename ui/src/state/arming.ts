/** How long a new ask must have been on screen before a key may answer it, in milliseconds. */
export const ARMING = 250;

/** Keeps a key or a press that was meant for one ask from answering the next. */
export class Arming {
  #what: string | null = null;
  #since = Number.NEGATIVE_INFINITY;
  /** It came in the place of another by itself. */
  #slipped = false;

  /** What is on screen now, and whether the operator wanted it there; the same thing shown again starts nothing. */
  show(what: string | null, now: number, wanted: boolean): void {
    if (what === this.#what) {
      this.#slipped &&= !wanted;
      return;
    }
    this.#slipped = !wanted && this.#what !== null;
    this.#what = what;
    this.#since = now;
  }

  /** Whether a key may answer it. */
  isArmed(now: number): boolean {
    return this.#what !== null && now - this.#since >= ARMING;
  }

  /** Whether a press may: a hand that chose it knows what it presses, one that found it under the pointer does not. */
  isSteady(now: number): boolean {
    return !this.#slipped || now - this.#since >= ARMING;
  }
}
