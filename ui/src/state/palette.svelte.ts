import { afterMoves, type Frame } from './frame';
import { Rows, Seeking, type Prepared, type Sought } from './seek';

/** More than these nobody reads: another word finds faster. */
const MOST = 50;

/** So many have room without scrolling: a key that is pressed waits for these alone. */
const AT_FIRST = 10;

/** So long after the last letter the others follow, in milliseconds. */
const TYPED = 250;

/** Something that can be gone to or done by its name. */
export interface Target extends Sought {
  /** What it is, in a word. */
  kind: string;
  /** The key that does the same. */
  keys?: string | undefined;
  run: () => void;
}

/** So long it seeks without a pause, in milliseconds: a key that is pressed meanwhile waits no longer. */
const AT_ONCE = 3;

/** And so long it pauses then: a timer that is due at once comes before what is to be drawn. */
const PAUSE = 4;

/** Everything there is, by its words. */
export class Palette {
  isOpen = $state(false);
  words = $state('');
  /** Changes twice at most for the same words: with what is found first, and once nothing better can come. */
  found: readonly Target[] = $state.raw([]);
  /** How many of them have room in the list. */
  room = $state(AT_FIRST);
  /** Whether better ones may still come. */
  isSeeking = $state(false);
  /** Which of those found is chosen. */
  at = $state(0);
  /** Whether the operator chose it: then it stays chosen. */
  #isMoved = false;
  /** What is to be taken once nothing better can come. */
  #wanted: { at: number; target: Target; take: (target: Target) => void } | null = null;
  /** As they were when it was opened: a list that changes while it is read cannot be chosen from. */
  #rows: Rows<Target> = new Rows([]);
  #seeking: Seeking<Target> | undefined;
  readonly #gather: () => Iterable<Prepared<Target>>;
  readonly #later: (run: () => void) => void;
  readonly #clock: () => number;
  readonly #whenTyped: Frame;

  constructor(
    gather: () => Iterable<Prepared<Target>>,
    later: (run: () => void) => void = (run) => void setTimeout(run, PAUSE),
    clock: () => number = () => performance.now(),
    whenTyped: Frame = afterMoves(TYPED),
  ) {
    this.#gather = gather;
    this.#later = later;
    this.#clock = clock;
    this.#whenTyped = whenTyped;
  }

  /** Those of them that are in the list. */
  readonly listed: readonly Target[] = $derived(this.found.slice(0, this.room));

  readonly chosen: Target | undefined = $derived(this.found[this.at]);

  open(): void {
    this.#rows = new Rows(this.#gather());
    this.#seeking = undefined;
    this.say('');
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
    this.isSeeking = false;
    this.found = [];
    this.#rows = new Rows([]);
    this.#seeking = undefined;
    this.#wanted = null;
  }

  say(words: string): void {
    this.words = words;
    this.at = 0;
    this.found = [];
    this.room = AT_FIRST;
    this.#whenTyped(() => (this.room = MOST));
    this.#isMoved = false;
    this.#wanted = null;
    this.#seeking = new Seeking(this.#rows, words, MOST, this.#seeking);
    this.#look(this.#seeking);
  }

  /** From the last on to the first. */
  move(step: 1 | -1): void {
    const { length } = this.found;
    if (length === 0) return;
    this.room = MOST;
    this.at = (this.at + step + length) % length;
    this.#isMoved = true;
    this.#wanted = null;
  }

  /**
   * Takes what stands at a place. While better ones may still come, that waits for the end, and what has then lost its
   * place is not taken, nor what has come there unseen: only what the operator moved to is taken at once.
   */
  take(at: number, take: (target: Target) => void): void {
    const target = this.found[at];
    if (target === undefined) return;
    if (this.isSeeking && !(this.#isMoved && at === this.at)) this.#wanted = { at, target, take };
    else take(target);
  }

  #look(seeking: Seeking<Target>): void {
    // Other words were said since.
    if (seeking !== this.#seeking) return;
    const end = this.#clock() + AT_ONCE;
    seeking.look(() => this.#clock() < end);
    this.isSeeking = !seeking.isDone;
    if (seeking.isDone || this.found.length === 0) this.#show(seeking.found);
    if (!seeking.isDone) this.#later(() => this.#look(seeking));
    else if (this.#wanted !== null) {
      const { at, target, take } = this.#wanted;
      this.#wanted = null;
      if (this.found[at] === target) take(target);
    }
  }

  #show(found: Target[]): void {
    const { chosen } = this;
    if (this.#isMoved && chosen !== undefined) {
      // It has the last place where there are too many that are better.
      if (!found.includes(chosen)) found.splice(MOST - 1, 1, chosen);
      this.at = found.indexOf(chosen);
    }
    this.found = found;
  }
}
