import { expect, test } from 'vitest';

import { bare, isDressed, runs, type Run } from './ansi';

const ESC = String.fromCharCode(27);

/** Each run with what it is dressed in. */
function seen(text: string): string[] {
  return runs(text).map(({ text, ...dress }: Run) =>
    [
      text,
      ...Object.entries(dress).flatMap(([name, is]) => (is === true ? [name] : is ? [`${name}=${is}`] : [])),
    ].join(' '),
  );
}

test.each([
  [`${ESC}[31mno${ESC}[0m, yes`, ['no colour=red', ', yes']],
  [`${ESC}[1;32mok${ESC}[22m go${ESC}[m.`, ['ok colour=green bold', ' go colour=green', '.']],
  [`${ESC}[93;44mx${ESC}[39my${ESC}[49mz`, ['x colour=yellow ground=blue', 'y ground=blue', 'z']],
  [`${ESC}[38;5;9ma${ESC}[38;5;21mb${ESC}[38;5;244mc`, ['a colour=red', 'b colour=blue', 'c colour=white']],
  [`${ESC}[38;2;250;90;80ma${ESC}[48:2:0:200:0mb`, ['a colour=red', 'b colour=red ground=green']],
  [`${ESC}[3;4;7;9;2mall`, ['all faint italic underlined struck inverse']],
])('%j is dressed', (text, expected) => expect(seen(text)).toEqual(expected));

test('what is concealed is seen', () => {
  expect(seen(`${ESC}[8mrm -rf /${ESC}[28m`)).toEqual(['rm -rf /']);
});

test('what moves and erases is left out, and what it would have hidden is not', () => {
  expect(seen(`one${ESC}[2K${ESC}[1A${ESC}[10;20Htwo`)).toEqual(['one', 'two']);
  expect(seen('10 %\r20 %\r\ndone')).toEqual(['10 %\n20 %\ndone']);
});

test('links, titles and whatever else carries words stay to be seen', () => {
  for (const text of [
    `${ESC}]8;;https://x.example${ESC}\\here`,
    `${ESC}]0;title\u0007`,
    `${ESC}P1$r`,
    `${ESC}c`,
    ESC,
  ]) {
    expect(
      runs(text)
        .map((run) => run.text)
        .join(''),
    ).toBe(text);
    expect(isDressed(text)).toBe(false);
  }
});

test('numbers that mean nothing dress nothing, and cost what follows nothing', () => {
  for (const numbers of ['999', '38', '38;9;1', '38;5', '48;2', ';;;', '99999999999999999999']) {
    expect(runs(`${ESC}[${numbers}mx`).map((run) => run.text)).toEqual(['x']);
  }
});

test('a line of history is read without any of it', () => {
  expect(bare(`${ESC}[32m✓${ESC}[0m 12 passed${ESC}[K`)).toBe('✓ 12 passed');
});
