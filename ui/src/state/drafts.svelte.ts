import type { Field, Key, Offer, Value } from '../gen';
import type { Host } from '../host';
import type { Board } from './board';
import { fits, initial, keepable, type Values } from './field';

/** Typing is handed to the engine this long after the last letter, in milliseconds. */
const PAUSE = 200;

/** What the operator has put into the fields of offers and not sent yet: the engine keeps it, over restarts too. */
export class Drafts {
  #values: Record<string, Values> = $state({});
  readonly #host: Host;
  #board: Board | undefined;
  #known: 'no' | 'asked' | 'yes' = 'no';
  /** Places whose values the engine does not have yet. */
  readonly #unwritten = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
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
    this.#writeSoon(at);
  }

  /** Takes what is drafted for an offer away, as it is sent. */
  clear(key: Key, offer: Offer['id']): void {
    const at = place(key, offer);
    if (Reflect.deleteProperty(this.#values, at)) this.#writeSoon(at);
  }

  /** Puts back what was taken away; what was drafted since then stays. */
  putBack(key: Key, offer: Offer['id'], values: Values): void {
    const at = place(key, offer);
    this.#values[at] = { ...values, ...this.#values[at] };
    this.#writeSoon(at);
  }

  /** The engine is there, and has told something. */
  changed(board: Board): void {
    this.#board = board;
    this.#forget();
    if (this.#known === 'no') void this.#ask();
  }

  /** Hands over what the engine does not have yet, one after the other: the newest word is the last. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    const places = [...this.#unwritten];
    this.#unwritten.clear();
    this.#writing = places.reduce((before, at) => before.then(() => this.#write(at)), this.#writing);
    return this.#writing;
  }

  /** What was kept before this window was opened; what was typed meanwhile is newer. */
  async #ask(): Promise<void> {
    this.#known = 'asked';
    try {
      const { rows } = await this.#host.command({ command: 'draft.list' });
      const kept = rows.map(({ key, offer, values }) => [place(key, offer), values] as const);
      this.#values = { ...Object.fromEntries(kept), ...this.#values };
      this.#known = 'yes';
      this.#forget();
    } catch (thrown) {
      this.#known = 'no';
      console.warn(thrown);
    }
  }

  /** Drops what was drafted for asks that have ended. */
  #forget(): void {
    for (const at of Object.keys(this.#values)) {
      if (this.#board?.asks.get(keyOf(at))?.state !== 'settled') continue;
      Reflect.deleteProperty(this.#values, at);
      this.#writeSoon(at);
    }
  }

  async #write(at: string): Promise<void> {
    const values = keepable(this.#values[at] ?? {});
    const draft = { key: keyOf(at), offer: at.slice(at.lastIndexOf('#') + 1), values };
    try {
      await this.#host.command({ command: 'draft.keep', draft });
    } catch (thrown) {
      // It goes with the next that is typed. Until then only a restart could lose it.
      this.#unwritten.add(at);
      console.warn(thrown);
    }
  }

  #writeSoon(at: string): void {
    this.#unwritten.add(at);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE);
  }
}

function place(key: Key, offer: string): string {
  return `${key}#${offer}`;
}

function keyOf(at: string): Key {
  return at.slice(0, at.lastIndexOf('#'));
}
