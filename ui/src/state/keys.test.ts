import { beforeEach, expect, test } from 'vitest';

import { Keys } from './keys';

let pressed: string[] = [];
let single = true;
let keys: Keys;

beforeEach(() => {
  document.body.innerHTML = '<input id="in"><button id="b"></button><input id="r" type="radio">';
  pressed = [];
  single = true;
  keys = new Keys(() => single);
  const run = (name: string) => ({ keys: name, run: () => pressed.push(name) });
  keys.use({
    title: 'all',
    bindings: [
      run('a'),
      run('d'),
      run('shift+d'),
      run('g i'),
      run('?'),
      run('enter'),
      run('1'),
      { ...run('escape'), always: true },
    ],
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

test('switched off, single keys do nothing and Escape still works', () => {
  single = false;
  press('a');
  press('?', { shiftKey: true });
  press('g', { at: 0 });
  press('i', { at: 1 });
  press('Escape');
  expect(pressed).toEqual(['escape']);
});

test('the newest group wins, and where its key does not apply the older one does', () => {
  let applies = true;
  const end = keys.use({
    title: 'top',
    bindings: [{ keys: 'a', when: () => applies, run: () => pressed.push('top') }],
  });
  press('a');
  applies = false;
  press('a');
  applies = true;
  end();
  press('a');
  expect(pressed).toEqual(['top', 'a', 'a']);
});
