import { tick } from 'svelte';

import type { Offer } from '../gen';
import { say } from '../words/say';
import type { Drafts } from './drafts.svelte';
import type { Intents, Target } from './intents.svelte';
import { choose } from './pick';
import { place, type Placement } from './placement';

/** The offers of one thing on screen, and how hands and keys take them. */
export class Offering {
  readonly #target: () => Target;
  readonly #intents: Intents;
  readonly #drafts: Drafts;
  readonly #root: () => HTMLElement | undefined;
  readonly #steady: () => boolean;
  /** The pick that the keys 1 to 9 are for; the first one where none was touched. */
  #touched: string | null = $state(null);

  constructor(
    target: () => Target,
    intents: Intents,
    drafts: Drafts,
    /** Where its fields are on the page. */
    root: () => HTMLElement | undefined,
    /** Whether what is on screen has been there long enough to be pressed. */
    steady: () => boolean,
  ) {
    this.#target = target;
    this.#intents = intents;
    this.#drafts = drafts;
    this.#root = root;
    this.#steady = steady;
  }

  readonly target: Target = $derived.by(() => this.#target());
  readonly placement: Placement = $derived.by(() => place(this.target.offers));

  readonly picking: string | null = $derived.by(() => {
    const picks = this.placement.form?.fields.filter((field) => field.input.type === 'pick') ?? [];
    const touched = picks.find((field) => field.id === this.#touched);
    return (touched ?? picks[0])?.id ?? null;
  });

  touch(field: string): void {
    this.#touched = field;
  }

  /** Takes an offer by a press, unless the press was meant for what stood in its place before. */
  press(offer: Offer, clicks: number): void {
    const { key } = this.target;
    if (this.#intents.isTaking(key)) return;
    if (clicks > 1) this.#intents.refuse(key, offer, say.offers.doubleClick);
    else if (this.#steady()) void this.take(offer);
    else this.#intents.refuse(key, offer, say.offers.justCame);
  }

  /** Takes an offer, or shows what it still needs. */
  async take(offer: Offer): Promise<void> {
    if (this.placement.dialog(offer)) {
      this.#intents.ask(this.target, offer);
      return;
    }
    if (await this.#intents.take(this.target, offer)) return;
    await tick();
    const wrong = this.#root()?.querySelector<HTMLElement>('[aria-invalid], [data-invalid]');
    (wrong?.querySelector<HTMLElement>('input, textarea') ?? wrong)?.focus();
  }

  /** What `a` does. */
  yes(): void {
    if (this.placement.yes !== undefined) void this.take(this.placement.yes);
  }

  /** What `d` does: where a reason may be given, it is asked for first; Enter there sends. */
  no(): void {
    const offer = this.placement.no;
    if (offer === undefined) return;
    const note = this.#root()?.querySelector<HTMLElement>(`[data-note-of="${CSS.escape(offer.id)}"]`);
    if (note === null || note === undefined) void this.take(offer);
    else note.focus();
  }

  /** What Shift and `d` do: no, without another word. */
  noAtOnce(): void {
    if (this.placement.no !== undefined) void this.take(this.placement.no);
  }

  /** What `e` does: sends the form. */
  send(): void {
    if (this.placement.form !== undefined) void this.take(this.placement.form);
  }

  /** Picks the option with this number, or takes it away where many may be picked. */
  pick(number: number): void {
    const { form } = this.placement;
    const field = form?.fields.find((other) => other.id === this.picking);
    if (form === undefined || field?.input.type !== 'pick') return;
    const label = field.input.options[number - 1]?.label;
    const value = this.#drafts.value(this.target.key, form, field);
    if (label === undefined || !('pick' in value)) return;
    const on = !value.pick.chosen.includes(label);
    this.#drafts.put(this.target.key, form, field, { pick: choose(field.input, value.pick, label, on) });
    this.#intents.forgive(this.target.key);
  }
}
