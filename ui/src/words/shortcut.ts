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
  if (types || MODIFIERS.has(event.key) || event.code === '') return null;
  return [...held, event.code].join('+');
}

/** `Ctrl + Alt + B`. */
export function shortcutWords(keys: string): string {
  const words = keys.split('+').map((key) => key.replace(/^(Key|Digit|Arrow)(?=.)/, ''));
  return words.map((word) => word.replace(/^Numpad(?=.)/, 'Numpad ')).join(' + ');
}

/** The keys of the window as they are printed on a keyboard, one after the other: `⇧ d`, `Ctrl k`. */
export function keyWords(keys: string): string[] {
  const mod = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl';
  const words = { 'shift+': '⇧ ', 'mod+': `${mod} `, escape: 'Esc', enter: 'Enter' };
  return keys
    .split(' ')
    .map((key) =>
      key.replace(/^(shift\+|mod\+|escape$|enter$)/, (name) => words[name as keyof typeof words]),
    );
}
