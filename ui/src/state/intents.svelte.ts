import { SvelteMap } from 'svelte/reactivity';

import type { Consent, Hash, IntentId, Key, Offer, ReceiptView } from '../gen';
import { Refused, type Host } from '../host';
import type { Board } from './board';
import type { Desk } from './desk.svelte';
import type { Drafts } from './drafts.svelte';
import { filled, troubles, type Values } from './field';
import { newIntentId } from './intent-id';

/** Whatever has offers: an ask, an agent, a thread, a task, a finding. */
export interface Target {
  key: Key;
  title: string;
  offers: Offer[];
  shown: Hash;
}

/** Why an offer was not taken. */
export interface Refusal {
  offer: string;
  /** Beside the fields they are about. */
  fields: Record<string, string>;
  /** About the whole of it. */
  message: string | null;
}

/** An offer that asks for more before it is taken: fields, a confirmation, a name. */
export interface Asking {
  target: Target;
  offer: Offer;
}

/** Takes offers, and takes them back. */
export class Intents {
  /** The dialog that is open. */
  asking: Asking | null = $state.raw(null);
  readonly #refusals = new SvelteMap<Key, Refusal>();
  /** Intents that the board does not show yet: until it does, a second press is not a second answer. */
  readonly #taking = new SvelteMap<Key, { intent: IntentId; before: unknown }>();

  /** What went with an intent on something that stays: it comes back when the intent is taken back. */
  readonly #sent = new Map<IntentId, Values>();

  readonly #host: Host;
  readonly #desk: Desk;
  readonly #drafts: Drafts;

  constructor(host: Host, desk: Desk, drafts: Drafts) {
    this.#host = host;
    this.#desk = desk;
    this.#drafts = drafts;
    desk.hear({ changed: (board) => this.#changed(board) });
  }

  refusal(key: Key): Refusal | undefined {
    return this.#refusals.get(key);
  }

  isTaking(key: Key): boolean {
    return this.#taking.has(key);
  }

  /** Opens the dialog of an offer. */
  ask(target: Target, offer: Offer): void {
    this.asking = { target, offer };
  }

  /**
   * Takes an offer with what is drafted in its fields, bound to what is shown.
   * False where something is still missing: the fields say what, or a dialog asks.
   */
  async take(target: Target, offer: Offer, consent: Consent = 'none'): Promise<boolean> {
    const { key, shown } = target;
    if (this.isTaking(key)) return false;
    const values = this.#drafts.values(key, offer);
    const fields = troubles(offer, values);
    if (Object.keys(fields).length > 0) {
      this.#refusals.set(key, { offer: offer.id, fields, message: null });
      return false;
    }
    if (offer.danger !== 'none' && consent === 'none') {
      this.ask(target, offer);
      return false;
    }
    this.asking = null;
    const id = newIntentId();
    this.#taking.set(key, { intent: id, before: this.#desk.board.asks.get(key) });
    try {
      await this.#host.command({
        command: 'intent.take',
        intent: { id, key, offer: offer.id, values: filled(offer, values), shown, consent },
        surface: 'window',
      });
      this.forgive(key);
      // An ask is answered once; to a thread more can be said, and begins with an empty field.
      if (!this.#desk.board.asks.has(key)) {
        this.#sent.set(id, values);
        this.#drafts.clear(key, offer.id);
      }
      return true;
    } catch (thrown) {
      this.#taking.delete(key);
      const { message } = Refused.from(thrown);
      this.#refusals.set(key, { offer: offer.id, fields: {}, message });
      return false;
    }
  }

  /** Says why an offer is not taken. */
  refuse(key: Key, offer: Offer, message: string): void {
    this.#refusals.set(key, { offer: offer.id, fields: {}, message });
  }

  /** Takes away what was said against an answer. */
  forgive(key: Key): void {
    this.#refusals.delete(key);
  }

  /** What is known of the newest intent on a thing. */
  receipt(key: Key): ReceiptView | undefined {
    return this.#desk.board.receipts.get(key);
  }

  /** The answer to a thing that is on its way or stuck. */
  underWay(key: Key): ReceiptView | undefined {
    const receipt = this.receipt(key);
    return receipt?.verdict === 'pending' || receipt?.verdict === 'stuck' ? receipt : undefined;
  }

  /** Takes a held answer back. */
  undo(key: Key): Promise<void> {
    return this.#order(key, 'intent.undo');
  }

  retry(key: Key): Promise<void> {
    return this.#order(key, 'intent.retry');
  }

  discard(key: Key): Promise<void> {
    return this.#order(key, 'intent.discard');
  }

  #changed(board: Board): void {
    for (const [key, { intent, before }] of this.#taking) {
      if (board.receipts.get(key)?.intent === intent || board.asks.get(key) !== before) {
        this.#taking.delete(key);
      }
    }
    for (const { intent, verdict } of board.receipts.values()) {
      if (verdict !== 'pending' && verdict !== 'stuck' && verdict !== 'discarded') this.#sent.delete(intent);
    }
  }

  async #order(key: Key, command: 'intent.undo' | 'intent.retry' | 'intent.discard'): Promise<void> {
    const receipt = this.underWay(key);
    if (receipt === undefined) return;
    try {
      await this.#host.command({ command, intent: receipt.intent });
      this.forgive(key);
      const values = this.#sent.get(receipt.intent);
      if (command !== 'intent.retry' && values !== undefined) {
        this.#drafts.putBack(key, receipt.offer, values);
        this.#sent.delete(receipt.intent);
      }
    } catch (thrown) {
      const { message } = Refused.from(thrown);
      this.#refusals.set(key, { offer: receipt.offer, fields: {}, message });
    }
  }
}
