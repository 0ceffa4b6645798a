import { beforeEach, expect, test } from 'vitest';

import type { Settings } from '../gen';
import { NAMES, TABLE } from './key-table';
import { Keys } from './keys';

let pressed: string[] = [];
let settings: Pick<Settings, 'singleKeys' | 'keys'>;
let keys: Keys;

beforeEach(() => {
  document.body.innerHTML = '<input id="in"><button id="b"></button><input id="r" type="radio">';
  pressed = [];
  settings = { singleKeys: true, keys: {} };
  keys = new Keys(() => settings);
  const run = (name: string) => ({ run: () => pressed.push(name) });
  keys.use({
    title: 'all',
    bindings: {
      approve: run('a'),
      deny: run('d'),
      denyAtOnce: run('shift+d'),
      inbox: run('g i'),
      help: run('?'),
      open: run('enter'),
      pick: { run: (key) => pressed.push(key) },
      back: run('escape'),
      palette: run('mod+k'),
    },
  });
});

function press(key: string, more: KeyboardEventInit & { on?: string; at?: number } = {}): void {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  Object.defineProperty(event, 'timeStamp', { value: more.at ?? 0 });
  const target = more.on === undefined ? document.body : (document.getElementById(more.on) as HTMLElement);
  target.addEventListener('keydown', (heard) => keys.handle(heard), { once: true });
  target.dispatchEvent(event);
}

test('upper and lower case are alike, and only Shift itself makes another key', () => {
  press('a');
  press('A');
  press('D', { shiftKey: true });
  press('D');
  expect(pressed).toEqual(['a', 'a', 'shift+d', 'd']);
});

test('a key in the place of a letter counts on a keyboard of another script', () => {
  press('ф', { code: 'KeyA' });
  expect(pressed).toEqual(['a']);
});

test('keys of a pair come one after the other, and soon', () => {
  press('g', { at: 0 });
  press('i', { at: 500 });
  press('g', { at: 1000 });
  press('i', { at: 9000 });
  expect(pressed).toEqual(['g i']);
});

test('no key fires while typing, but Escape does', () => {
  press('a', { on: 'in' });
  press('1', { on: 'in' });
  press('Escape', { on: 'in' });
  expect(pressed).toEqual(['escape']);
});

test('a button keeps its Enter, a radio its arrows, and both leave the letters', () => {
  press('Enter', { on: 'b' });
  press('a', { on: 'b' });
  press('1', { on: 'r' });
  expect(pressed).toEqual(['a', '1']);
});

test('keys with Ctrl, Alt or ⌘ are not ours', () => {
  press('a', { ctrlKey: true });
  press('a', { metaKey: true });
  press('a', { altKey: true });
  press('a', { isComposing: true });
  expect(pressed).toEqual([]);
});

test('a dialog has the keyboard to itself', () => {
  document.body.insertAdjacentHTML('beforeend', '<dialog open></dialog>');
  press('a');
  expect(pressed).toEqual([]);
});

test('switched off, single keys do nothing and what writes no character still works', () => {
  settings = { ...settings, singleKeys: false };
  press('a');
  press('?', { shiftKey: true });
  press('g', { at: 0 });
  press('i', { at: 1 });
  press('Escape');
  press('Enter');
  press('k', { ctrlKey: true });
  expect(pressed).toEqual(['escape', 'enter', 'mod+k']);
  expect([keys.hint('approve'), keys.hint('palette')]).toEqual([undefined, 'mod+k']);
});

test('what is set holds for the hand, the buttons and the list of keys, and as soon as it is set', () => {
  settings = { singleKeys: true, keys: { approve: 'y', deny: null, denyAtOnce: 'mod+d', pick: null } };
  for (const key of ['a', 'y', 'd', 'D', '1']) press(key);
  press('d', { ctrlKey: true, on: 'in' });
  expect(pressed).toEqual(['a', 'shift+d']);
  expect([keys.hint('approve'), keys.hint('deny'), keys.hint('pick')]).toEqual(['y', undefined, undefined]);
  const listed = keys.groups()[0]?.rows.map((row) => [row.name, row.keys]);
  expect(listed).toContainEqual(['approve', 'y']);
  expect(listed).toContainEqual(['deny', undefined]);
  settings = { ...settings, keys: {} };
  press('a');
  expect(pressed.at(-1)).toBe('a');
});

test('a first key that begins nothing any more is a key like another', () => {
  settings = {
    singleKeys: true,
    keys: Object.fromEntries(NAMES.filter((name) => TABLE[name].keys.startsWith('g ')).map((n) => [n, null])),
  };
  settings.keys['approve'] = 'g';
  press('g');
  expect(pressed).toEqual(['a']);
  expect(keys.bad).toEqual([]);
});

test('the newest group wins, and where its key does not apply the older one does', () => {
  let applies = true;
  const end = keys.use({
    title: 'top',
    bindings: { approve: { when: () => applies, run: () => pressed.push('top') } },
  });
  press('a');
  applies = false;
  press('a');
  applies = true;
  end();
  press('a');
  expect(pressed).toEqual(['top', 'a', 'a']);
});
