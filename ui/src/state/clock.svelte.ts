const SECOND = 1000;

/** The time of day, for whatever counts on screen. Ticks at whole seconds, and only while the page is seen. */
export class Clock {
  now = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  start(): () => void {
    const seen = (): void => {
      clearTimeout(this.#timer);
      if (document.visibilityState === 'visible') this.#tick();
    };
    document.addEventListener('visibilitychange', seen);
    seen();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      clearTimeout(this.#timer);
    };
  }

  #tick(): void {
    this.now = Date.now();
    this.#timer = setTimeout(() => this.#tick(), SECOND - (this.now % SECOND));
  }
}
