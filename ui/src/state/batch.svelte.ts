import type { AskView, Hash, Key, Offer } from '../gen';
import type { Desk } from './desk.svelte';
import type { Intents } from './intents.svelte';
import { place } from './placement';

/** What is said to all of them at once. */
export type Word = 'yes' | 'no';

/** Asks that get one answer together: only such as were looked at, and only as they were then. */
export class Batch {
  /** Which word is about to be said: the dialog that lists what it is said to. */
  asking: Word | null = $state(null);
  /** What each looked like when it was chosen. */
  #chosen: ReadonlyMap<Key, Hash> = $state.raw(new Map());
  readonly #desk: Desk;
  readonly #intents: Intents;

  constructor(desk: Desk, intents: Intents) {
    this.#desk = desk;
    this.#intents = intents;
  }

  readonly #open: AskView[] = $derived.by(() =>
    [...this.#chosen.keys()]
      .map((key) => this.#desk.board.asks.get(key))
      .filter((ask): ask is AskView => ask?.state === 'open'),
  );

  /** In the order in which they were chosen. */
  readonly asks: AskView[] = $derived.by(() =>
    this.#open.filter((ask) => this.#chosen.get(ask.key) === ask.shown),
  );

  /** How many are something else by now than what was looked at. They get no answer. */
  readonly changed: number = $derived.by(() => this.#open.length - this.asks.length);

  has(ask: AskView): boolean {
    return ask.state === 'open' && this.#chosen.get(ask.key) === ask.shown;
  }

  /** Chooses the ask that is on screen, or lets it go. */
  toggle(ask: AskView): void {
    const chosen = new Map(this.#chosen);
    if (this.has(ask)) chosen.delete(ask.key);
    else if (fits(ask)) chosen.set(ask.key, ask.shown);
    this.#chosen = chosen;
  }

  clear(): void {
    this.#chosen = new Map();
    this.asking = null;
  }

  /** Says it to each of them. What cannot be said to one is said at that one, which stays chosen. */
  async say(word: Word): Promise<void> {
    const asks = this.asks;
    this.asking = null;
    for (const ask of asks) {
      const offer = offerOf(ask, word);
      if (offer === undefined || !(await this.#intents.take(ask, offer))) continue;
      this.#chosen = new Map([...this.#chosen].filter(([key]) => key !== ask.key));
    }
  }
}

/** Whether an ask can be answered among others: with yes and with no, holding once, without danger and another word. */
export function fits(ask: AskView): boolean {
  return ask.state === 'open' && ['yes', 'no'].every((word) => offerOf(ask, word as Word) !== undefined);
}

function offerOf(ask: AskView, word: Word): Offer | undefined {
  const offer = place(ask.offers)[word];
  const plain = offer?.danger === 'none' && offer.fields.every((field) => !field.required);
  return plain ? offer : undefined;
}
