/** What a key does, where it does it. */
export interface Binding {
  /** As `KeyboardEvent.key` in lower case; `shift+d`; `mod+k` with Ctrl or ⌘; `g i` for one after the other. */
  keys: string;
  /** How the list of keys writes it, where that is not `keys`. */
  shown?: string;
  /** In the list of keys. Bindings without words are not listed. */
  says?: string;
  /** Works where single keys are switched off: keys that write no character. */
  always?: boolean;
  /** Only done while what it is about is before the operator's eyes: not by its name. */
  onSight?: boolean;
  /** Whether it applies now; the next binding of the same key is asked otherwise. */
  when?: () => boolean;
  run: () => void;
}

export interface KeyGroup {
  title: string;
  bindings: Binding[];
}

/** How long the second key of two may take, in milliseconds. Long: taken for one alone, it might answer an ask. */
const PAIR = 3000;

/** The keys of the whole window. Where a key has two meanings, the newest group wins. */
export class Keys {
  #groups: KeyGroup[] = [];
  #first: { key: string; at: number } | undefined;
  readonly #single: () => boolean;

  /** `single`: whether single-key shortcuts are on. */
  constructor(single: () => boolean) {
    this.#single = single;
  }

  /** Adds keys until the returned function is called. */
  use(group: KeyGroup): () => void {
    this.#groups.unshift(group);
    return () => {
      this.#groups = this.#groups.filter((other) => other !== group);
    };
  }

  /** The keys of where the operator is. */
  groups(): KeyGroup[] {
    return this.#groups.filter((group) => group.bindings.some((binding) => binding.says !== undefined));
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    // A dialog has the keyboard to itself.
    if (target?.closest('dialog') != null || document.querySelector('dialog[open]') !== null) return;
    const key = nameOf(event);
    if (event.ctrlKey || event.metaKey) {
      this.#together(`mod+${key}`, event);
      return;
    }
    if (key !== 'escape' && target !== null && takesKey(target, key)) return;
    const pair = this.#pair(key, event.timeStamp);
    const binding = this.#find(pair) ?? (pair === key ? undefined : this.#find(key));
    if (binding !== undefined) {
      event.preventDefault();
      binding.run();
    } else if (this.#begins(key)) {
      this.#first = { key, at: event.timeStamp };
    }
  }

  /** Keys held down together write nothing, so they work wherever the operator is. */
  #together(keys: string, event: KeyboardEvent): void {
    this.#first = undefined;
    const binding = this.#find(keys);
    if (binding === undefined) return;
    event.preventDefault();
    binding.run();
  }

  #pair(key: string, at: number): string {
    const first = this.#first;
    this.#first = undefined;
    return first !== undefined && at - first.at <= PAIR ? `${first.key} ${key}` : key;
  }

  #begins(key: string): boolean {
    return this.#single() && this.#all().some((binding) => binding.keys.startsWith(`${key} `));
  }

  #find(keys: string): Binding | undefined {
    return this.#all().find(
      (binding) =>
        binding.keys === keys &&
        (binding.always === true || this.#single()) &&
        (binding.when === undefined || binding.when()),
    );
  }

  #all(): Binding[] {
    return this.#groups.flatMap((group) => group.bindings);
  }
}

function nameOf(event: KeyboardEvent): string {
  // On a keyboard of another script the key in the place of the letter is meant.
  const place = /^Key([A-Z])$/.exec(event.code)?.[1];
  const key = place !== undefined && /^[^\x20-\x7e]$/u.test(event.key) ? place : event.key;
  const name = key.toLowerCase();
  // Shift makes another key of a letter; what it makes of a sign is a sign of its own. Caps Lock is no Shift.
  return event.shiftKey && /^[a-z]$/.test(name) ? `shift+${name}` : name;
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
