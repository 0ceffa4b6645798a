import { expect, test } from 'vitest';

import { shortcutOf, shortcutWords } from './shortcut';

const press = (key: string, code: string, held: string[]): KeyboardEvent =>
  new KeyboardEvent('keydown', {
    key,
    code,
    ctrlKey: held.includes('Ctrl'),
    altKey: held.includes('Alt'),
    shiftKey: held.includes('Shift'),
    metaKey: held.includes('Super'),
  });

test.each([
  ['b', 'KeyB', ['Ctrl', 'Alt'], 'Ctrl+Alt+KeyB', 'Ctrl + Alt + B'],
  ['N', 'KeyN', ['Shift', 'Super'], 'Shift+Super+KeyN', 'Shift + Super + N'],
  ['1', 'Digit1', ['Alt'], 'Alt+Digit1', 'Alt + 1'],
  ['ArrowUp', 'ArrowUp', ['Super'], 'Super+ArrowUp', 'Super + Up'],
  ['5', 'Numpad5', ['Ctrl'], 'Ctrl+Numpad5', 'Ctrl + Numpad 5'],
])('%s is a shortcut with %s and %j', (key, code, held, shortcut, words) => {
  expect(shortcutOf(press(key, code, held))).toBe(shortcut);
  expect(shortcutWords(shortcut)).toBe(words);
});

test.each([
  ['b', 'KeyB', []],
  ['B', 'KeyB', ['Shift']],
  ['Control', 'ControlLeft', ['Ctrl']],
  ['Alt', 'AltLeft', ['Ctrl', 'Alt']],
])('%s alone is none: %s %j', (key, code, held) => {
  expect(shortcutOf(press(key, code, held))).toBeNull();
});
