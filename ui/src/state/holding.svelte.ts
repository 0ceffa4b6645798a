import type { Key, Millis } from '../gen';
import { say } from '../words/say';
import type { Clock } from './clock.svelte';
import type { Desk } from './desk.svelte';
import type { Inbox } from './inbox.svelte';
import type { Intents } from './intents.svelte';

/** An intent that has not left yet. */
export interface Held {
  key: Key;
  label: string;
  title: string;
  until: Millis;
}

/** Everything that can still be taken back: answers to asks, and what was done to anything else. */
export class Holding {
  readonly #desk: Desk;
  readonly #inbox: Inbox;
  readonly #intents: Intents;
  readonly #clock: Clock;

  constructor(desk: Desk, inbox: Inbox, intents: Intents, clock: Clock) {
    this.#desk = desk;
    this.#inbox = inbox;
    this.#intents = intents;
    this.#clock = clock;
  }

  /** Newest first. */
  readonly rows: Held[] = $derived.by(() => {
    const answers = this.#inbox.held.map(({ key, title, heldUntil }) => ({
      key,
      title,
      label: this.#intents.receipt(key)?.label ?? say.intents.answer,
      until: heldUntil ?? 0,
    }));
    return [...answers, ...this.#errands].sort((a, b) => b.until - a.until);
  });

  readonly #errands: Held[] = $derived.by(() => {
    const { asks, receipts } = this.#desk.board;
    return [...receipts.values()]
      .filter(({ key }) => !asks.has(key))
      .map(({ key, label, title, heldUntil }) => ({ key, label, title, until: heldUntil ?? 0 }))
      .filter(({ until }) => until > this.#clock.now);
  });

  of(key: Key): Held | undefined {
    return this.rows.find((held) => held.key === key);
  }
}
