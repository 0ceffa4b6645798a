import type { Key } from '../gen';
import type { Frame } from './frame';

/** Rows of a list under one heading. */
export interface Group<T> {
  title: string;
  rows: T[];
}

/** A list of things, and which of them is looked at. */
export class Listing<T extends { key: Key }> {
  /** Where only one of list and thing has room: whether it is the thing. */
  open = $state(false);
  /** Whether all of them together are looked at, and not one of them. */
  overview = $state(false);
  #selected: Key | null = $state(null);
  /** Follows what is selected once the list has shown that: keys through a list wait for nothing that is only passed. */
  #looked: Key | null = $state(null);
  readonly #groups: () => Group<T>[];
  readonly #afterMoves: Frame;

  constructor(groups: () => Group<T>[], afterMoves: Frame) {
    this.#groups = groups;
    this.#afterMoves = afterMoves;
  }

  get selected(): Key | null {
    return this.#selected;
  }

  set selected(key: Key | null) {
    this.#selected = key;
    this.#afterMoves(() => (this.#looked = this.#selected));
  }

  readonly groups: Group<T>[] = $derived.by(() => this.#groups().filter((group) => group.rows.length > 0));
  readonly rows: T[] = $derived.by(() => this.groups.flatMap((group) => group.rows));
  /** What is looked at. */
  readonly current: T | undefined = $derived.by(() => this.rows.find((row) => row.key === this.#looked));

  /** Shows one, also where there is no room for the list beside it. */
  show(key: Key): void {
    this.selected = key;
    this.open = true;
    this.overview = false;
  }

  /** The one `step` rows further down. */
  move(step: 1 | -1): void {
    const at = this.rows.findIndex((row) => row.key === this.selected);
    const next = at < 0 ? this.rows.at(step > 0 ? 0 : -1) : this.rows[at + step];
    if (next === undefined) return;
    this.selected = next.key;
    this.overview = false;
  }
}
