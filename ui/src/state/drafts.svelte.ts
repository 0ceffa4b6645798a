import type { Field, Key, Offer, Value } from '../gen';
import type { Board } from './board';
import { fits, initial, keepable, type Values } from './field';

/** Where drafts outlive the window. */
const KEPT = 'deskbell.drafts';
const MOST_KEPT = 200;
/** Typing is written down this long after the last letter, in milliseconds. */
const PAUSE = 400;

/** What the operator has put into the fields of offers and not sent yet: kept per ask, over restarts. */
export class Drafts {
  #values: Record<string, Values> = $state({});
  readonly #storage: Storage;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#values = read(storage);
  }

  value(key: Key, offer: Offer, field: Field): Value {
    const value = this.#values[place(key, offer.id)]?.[field.id];
    return value !== undefined && fits(field.input, value) ? value : initial(field.input);
  }

  /** All fields of an offer. */
  values(key: Key, offer: Offer): Values {
    return Object.fromEntries(offer.fields.map((field) => [field.id, this.value(key, offer, field)]));
  }

  put(key: Key, offer: Offer, field: Field, value: Value): void {
    const at = place(key, offer.id);
    this.#values[at] = { ...this.#values[at], [field.id]: value };
    this.#writeSoon();
  }

  /** Takes what is drafted for an offer away, as it is sent. */
  clear(key: Key, offer: Offer['id']): void {
    if (Reflect.deleteProperty(this.#values, place(key, offer))) this.#writeSoon();
  }

  /** Puts back what was taken away; what was drafted since then stays. */
  putBack(key: Key, offer: Offer['id'], values: Values): void {
    const at = place(key, offer);
    this.#values[at] = { ...values, ...this.#values[at] };
    this.#writeSoon();
  }

  /** Forgets what was drafted for asks that have ended. */
  changed(board: Board): void {
    let gone = false;
    for (const at of Object.keys(this.#values)) {
      if (board.asks.get(at.slice(0, at.lastIndexOf('#')))?.state !== 'settled') continue;
      Reflect.deleteProperty(this.#values, at);
      gone = true;
    }
    if (gone) this.#writeSoon();
  }

  /** Writes down what is not written yet. */
  flush(): void {
    clearTimeout(this.#timer);
    const newest = Object.entries(this.#values)
      .slice(-MOST_KEPT)
      .map(([at, values]) => [at, keepable(values)] as const);
    try {
      this.#storage.setItem(KEPT, JSON.stringify(Object.fromEntries(newest)));
    } catch (thrown) {
      // A full or forbidden storage costs the drafts a restart, not the operator their answer.
      console.warn(thrown);
    }
  }

  #writeSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), PAUSE);
  }
}

function place(key: Key, offer: string): string {
  return `${key}#${offer}`;
}

function read(storage: Storage): Record<string, Values> {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEPT) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, Values>) : {};
  } catch {
    return {};
  }
}
