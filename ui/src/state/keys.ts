import type { Settings } from '../gen';
import { say } from '../words/say';
import { hold, isSingle, NAMES, pressed, type Held, type KeyName } from './key-table';

/** What a key does, where it does it. */
export interface Binding {
  /** In the list of keys, where it says more than the table does. */
  says?: string;
  /** Not in the list of keys: something else there says it. */
  unlisted?: boolean;
  /** Only done while what it is about is before the operator's eyes: not by its name. */
  onSight?: boolean;
  /** Whether it applies now; the next binding of the same key is asked otherwise. */
  when?: () => boolean;
  /** Is told which key it was. */
  run: (key: string) => void;
}

export interface KeyGroup {
  title: string;
  bindings: Partial<Record<KeyName, Binding>>;
}

/** One line of the list of keys. */
export interface Listed extends Binding {
  name: KeyName;
  says: string;
  /** Nothing where it is switched off. */
  keys: string | undefined;
}

/** How long the second key of two may take, in milliseconds. Long: taken for one alone, it might answer an ask. */
const PAIR = 3000;

/** The keys of the whole window. Where a key has two meanings, the newest group wins. */
export class Keys {
  #groups: KeyGroup[] = [];
  #first: { key: string; at: number } | undefined;
  readonly #settings: () => Pick<Settings, 'singleKeys' | 'keys'>;
  #read: { from: Settings['keys']; held: Held; bad: string[] } | undefined;

  constructor(settings: () => Pick<Settings, 'singleKeys' | 'keys'>) {
    this.#settings = settings;
  }

  /** Adds keys until the returned function is called. */
  use(group: KeyGroup): () => void {
    this.#groups.unshift(group);
    return () => {
      this.#groups = this.#groups.filter((other) => other !== group);
    };
  }

  /** What is pressed for each now. */
  get held(): Held {
    return this.#known().held;
  }

  /** What was set and cannot be. */
  get bad(): string[] {
    return this.#known().bad;
  }

  /** What is pressed for it, where that works now: on buttons. */
  hint(name: KeyName): string | undefined {
    const keys = this.held[name];
    return keys !== null && this.#works(keys) ? keys : undefined;
  }

  /** The keys of where the operator is. */
  groups(): { title: string; rows: Listed[] }[] {
    return this.#groups.map(({ title, bindings }) => ({
      title,
      rows: NAMES.flatMap((name) => {
        const binding = bindings[name];
        if (binding === undefined || binding.unlisted === true) return [];
        return [{ ...binding, name, says: binding.says ?? say.keys.does[name], keys: this.hint(name) }];
      }),
    }));
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    // A dialog has the keyboard to itself.
    if (target?.closest('dialog') != null || document.querySelector('dialog[open]') !== null) return;
    const key = nameOf(event);
    if (key.startsWith('mod+')) {
      this.#together(key, event);
      return;
    }
    if (key !== 'escape' && target !== null && takesKey(target, key)) return;
    const pair = this.#pair(key, event.timeStamp);
    if (this.#take(pair, event) || (pair !== key && this.#take(key, event))) return;
    if (this.#begins(key)) this.#first = { key, at: event.timeStamp };
  }

  /** Keys held down together write nothing, so they work wherever the operator is. */
  #together(keys: string, event: KeyboardEvent): void {
    this.#first = undefined;
    this.#take(keys, event);
  }

  #pair(key: string, at: number): string {
    const first = this.#first;
    this.#first = undefined;
    return first !== undefined && at - first.at <= PAIR ? `${first.key} ${key}` : key;
  }

  #begins(key: string): boolean {
    return this.#settings().singleKeys && beginsPair(key, this.held);
  }

  #take(keys: string, event: KeyboardEvent): boolean {
    const names = NAMES.filter((name) => {
      const held = this.hint(name);
      return held !== undefined && pressed(held).includes(keys);
    });
    const bindings = this.#groups.flatMap((group) => names.map((name) => group.bindings[name]));
    const binding = bindings.find((one) => one !== undefined && (one.when === undefined || one.when()));
    if (binding === undefined) return false;
    event.preventDefault();
    binding.run(keys);
    return true;
  }

  #works(keys: string): boolean {
    return this.#settings().singleKeys || !isSingle(keys);
  }

  #known(): { held: Held; bad: string[] } {
    const from = this.#settings().keys;
    if (this.#read?.from !== from) this.#read = { from, ...hold(from) };
    return this.#read;
  }
}

/** Whether it is the first key of two. */
export function beginsPair(key: string, held: Held): boolean {
  return Object.values(held).some((keys) => keys?.startsWith(`${key} `) === true);
}

/** The key that was pressed, as the table writes it. */
export function nameOf(event: KeyboardEvent): string {
  // On a keyboard of another script the key in the place of the letter is meant.
  const place = /^Key([A-Z])$/.exec(event.code)?.[1];
  const key = place !== undefined && /^[^\x20-\x7e]$/u.test(event.key) ? place : event.key;
  const name = key.toLowerCase();
  // Shift makes another key of a letter; what it makes of a sign is a sign of its own. Caps Lock is no Shift.
  const shifted = event.shiftKey && /^[a-z]$/.test(name) ? `shift+${name}` : name;
  return event.ctrlKey || event.metaKey ? `mod+${shifted}` : shifted;
}

/** Whether an element has its own use for a key. */
function takesKey(target: Element, key: string): boolean {
  if (target.matches('textarea, select, [contenteditable]')) return true;
  if (target instanceof HTMLInputElement) {
    if (target.type === 'radio') return key.startsWith('arrow') || key === ' ';
    if (target.type === 'checkbox') return key === ' ';
    return true;
  }
  return target.matches('button, a, summary') && (key === 'enter' || key === ' ');
}
