/** Keys that are printed otherwise than they are called. */
const NAMED = new Map([
  ['escape', 'Esc'],
  ['enter', 'Enter'],
  ['arrowdown', '↓'],
  ['arrowup', '↑'],
]);

const MODIFIERS = new Set(['Control', 'Alt', 'Shift', 'Meta', 'AltGraph', 'CapsLock', 'NumLock', 'Fn']);

/** The keys that are held down, as the desktop is asked for them; nothing while they are no shortcut. */
export function shortcutOf(event: KeyboardEvent): string | null {
  const held = [
    event.ctrlKey ? 'Ctrl' : null,
    event.altKey ? 'Alt' : null,
    event.shiftKey ? 'Shift' : null,
    event.metaKey ? 'Super' : null,
  ].filter((it) => it !== null);
  const types = held.length === 0 || (held.length === 1 && held[0] === 'Shift');
  if (types || isModifier(event) || event.code === '') return null;
  return [...held, event.code].join('+');
}

/** Whether it is only held down while another is pressed. */
export function isModifier(event: KeyboardEvent): boolean {
  return MODIFIERS.has(event.key);
}

/** `Ctrl + Alt + B`. */
export function shortcutWords(keys: string): string {
  const words = keys.split('+').map((key) => key.replace(/^(Key|Digit|Arrow)(?=.)/, ''));
  return words.map((word) => word.replace(/^Numpad(?=.)/, 'Numpad ')).join(' + ');
}

/** The keys of the window as they are printed on a keyboard, one after the other: `⇧ d`, `Ctrl k`. */
export function keyWords(keys: string): string[] {
  if (keys === '1-9') return ['1 – 9'];
  return keys.split(' ').map((key) => {
    const { mod, shift, name } = partsOf(key);
    const held = `${mod ? (isMac() ? '⌘ ' : 'Ctrl ') : ''}${shift ? '⇧ ' : ''}`;
    return `${held}${NAMED.get(name) ?? (name.length > 1 ? name.toUpperCase() : name)}`;
  });
}

/** The same as an `aria-keyshortcuts`; nothing for keys that are pressed one after the other: it has no word for them. */
export function ariaKeys(keys: string): string | undefined {
  if (keys.includes(' ') || keys === '1-9') return undefined;
  const { mod, shift, name } = partsOf(keys);
  const held = `${mod ? (isMac() ? 'Meta+' : 'Control+') : ''}${shift ? 'Shift+' : ''}`;
  return `${held}${name.length > 1 ? name.charAt(0).toUpperCase() + name.slice(1) : name}`;
}

function partsOf(key: string): { mod: boolean; shift: boolean; name: string } {
  const [, mod, shift, name = key] = /^(mod\+)?(shift\+)?(.+)$/u.exec(key) ?? [];
  return { mod: mod !== undefined, shift: shift !== undefined, name };
}

function isMac(): boolean {
  return navigator.platform.startsWith('Mac');
}
