/** What is found by words of its title, or of what is said about it. */
export interface Sought {
  title: string;
  about: string;
}

/** A row with its words as they are compared. */
export interface Prepared<T extends Sought> {
  row: T;
  title: string;
  about: string;
}

/** How well a word fits: the title begins with it; a word of the title does; it is short for the title's words; the
 * title has it; what is said has it. */
const [FIRST, BEGINS, SHORT, INSIDE, ABOUT] = [0, 1, 2, 3, 4];

/** Nobody shortens to more letters. */
const LETTERS = 8;

export function prepare<T extends Sought>(row: T): Prepared<T> {
  return { row, title: row.title.toLowerCase(), about: row.about.toLowerCase() };
}

/** So many rows are looked at between two looks at the clock. */
const PIECE = 128;

/** Looks through rows for those that have all the words, as far as there is time for at once. */
export class Seeking<T extends Sought> {
  /** Whether nothing better can come. */
  isDone = false;
  readonly #wanted: readonly string[];
  readonly #rows: Rows<T>;
  readonly #most: number;
  /** Those to look at before the rows that nobody has looked at. */
  readonly #first: readonly Prepared<T>[];
  #looked = 0;
  readonly #fitting: Prepared<T>[] = [];
  /** By how well they fit. */
  readonly #best: T[][] = [];

  /** Where it seeks among what another has found, that one is not gone on with. */
  constructor(rows: Rows<T>, words: string, most: number, before?: Seeking<T>) {
    this.#rows = rows;
    this.#most = most;
    this.#wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    this.#first = before !== undefined && this.#narrows(before) ? before.#left() : [...rows.made];
  }

  /** At most so many, the best first. Equally good ones keep their order. */
  get found(): T[] {
    return this.#best.flat().slice(0, this.#most);
  }

  look(hasTime: () => boolean): void {
    while (!this.isDone) {
      for (let n = 0; n < PIECE && !this.isDone; n += 1) this.#next();
      if (!hasTime()) return;
    }
  }

  #next(): void {
    const row = this.#first[this.#looked] ?? this.#rows.more();
    if (row === undefined) {
      this.isDone = true;
      return;
    }
    this.#looked += 1;
    const fit = fitOf(row, this.#wanted);
    if (fit === null) return;
    this.#fitting.push(row);
    const equal = (this.#best[fit] ??= []);
    if (equal.length < this.#most) equal.push(row.row);
    // Nothing fits better than the first kind: once it fills the list, the rest need not be looked at.
    this.isDone = this.#best[0]?.length === this.#most;
  }

  /** What has a word has whatever the word begins with, and so do first letters that are short for a title. */
  #narrows(before: Seeking<T>): boolean {
    return before.#wanted.every((begin) => this.#wanted.some((word) => word.startsWith(begin)));
  }

  #left(): readonly Prepared<T>[] {
    return this.#fitting.concat(this.#first.slice(this.#looked));
  }
}

/** Rows that are made when they are first looked at. */
export class Rows<T extends Sought> {
  readonly made: Prepared<T>[] = [];
  readonly #rest: Iterator<Prepared<T>>;

  constructor(rows: Iterable<Prepared<T>>) {
    this.#rest = rows[Symbol.iterator]();
  }

  more(): Prepared<T> | undefined {
    const next = this.#rest.next();
    if (next.done === true) return undefined;
    this.made.push(next.value);
    return next.value;
  }
}

function fitOf(row: Prepared<Sought>, wanted: readonly string[]): number | null {
  let fit = 0;
  for (const word of wanted) {
    const at = row.title.indexOf(word);
    if (at === 0) fit += FIRST;
    else if (at > 0 && beginsWord(row.title, word, at)) fit += BEGINS;
    else if (isShortFor(row.title, word)) fit += SHORT;
    else if (at > 0) fit += INSIDE;
    else if (row.about.includes(word)) fit += ABOUT;
    else return null;
  }
  return fit;
}

function beginsWord(title: string, word: string, first: number): boolean {
  for (let at = first; at !== -1; at = title.indexOf(word, at + 1)) {
    if (isStart(title, at)) return true;
  }
  return false;
}

function isStart(title: string, at: number): boolean {
  if (at === 0) return true;
  const before = title.charCodeAt(at - 1);
  // Most are these; a pattern takes its time.
  if (before < 128) return !((before >= 97 && before <= 122) || (before >= 48 && before <= 57));
  return !/[\p{L}\p{N}]/u.test(title.charAt(at - 1));
}

/** Whether it is made of the first letters of words of the title, in their order: `ari` for "add ripgrep". */
function isShortFor(title: string, short: string): boolean {
  const { length } = short;
  if (length < 2 || length > LETTERS) return false;
  let first = title.indexOf(short.charAt(0));
  while (first !== -1 && !isStart(title, first)) first = title.indexOf(short.charAt(0), first + 1);
  if (first === -1) return false;
  // A bit for each number of letters that the words so far can spell: not every way has to be tried.
  let spelled = 1;
  for (let at = first; at < title.length && spelled < 1 << length; at += 1) {
    if (!isStart(title, at)) continue;
    for (let from = length - 1; from >= 0; from -= 1) {
      if ((spelled & (1 << from)) === 0) continue;
      for (let to = from; to < length && title[at + to - from] === short[to]; to += 1) spelled |= 2 << to;
    }
  }
  return spelled >= 1 << length;
}
