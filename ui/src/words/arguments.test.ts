import { expect, test } from 'vitest';

import { changeOf } from '../kit/diff/compare';
import { editsOf, readArguments } from './arguments';

const lines = (json: string): string[] =>
  (readArguments(json) ?? []).map(
    (row) => `${' '.repeat(row.depth)}${row.name ?? ''}=${row.text}${row.size || ''}`,
  );

test('arguments are read in the order they were sent, with numbers and double names as they are', () => {
  expect(lines('{"b": 1.50, "a": [true, {"x": "y"}, []], "b": "l1\\nl2", "": null}')).toEqual([
    '=4',
    ' b=1.50',
    ' a=3',
    '  1=true',
    '  2=1',
    '   x=y',
    '  3=',
    ' b=l1\nl2',
    ' =null',
  ]);
});

test('signs of JSON within words are words', () => {
  expect(lines('{"a{": "}, \\"b\\": [1]", "c": ":"}')).toEqual(['=2', ' a{=}, "b": [1]', ' c=:']);
});

test('what is no JSON, no group or far too deep is left as it came', () => {
  expect(['', 'plain words', '"one"', '12', '{"a":}', '[1'].map(readArguments)).toEqual(Array(6).fill(null));
  expect(readArguments(`{"a":"${'x'.repeat(1_000_001)}"}`)).toBeNull();
  const deep = readArguments(`${'['.repeat(3000)}${']'.repeat(3000)}`);
  expect(deep === null || deep.length === 3000).toBe(true);
});

test('an edit is found wherever an old and a new text stand side by side, with its file', () => {
  const edits = (value: unknown) => editsOf(readArguments(JSON.stringify(value)) ?? []);
  expect(edits({ filePath: 'a.ts', oldString: 'x', newString: 'y', replaceAll: true })).toEqual([
    { path: 'a.ts', before: 'x', after: 'y' },
  ]);
  expect(
    edits({
      file_path: 'b.py',
      edits: [
        { old_string: '1', new_string: '2' },
        { old_string: '3', new_string: '' },
      ],
    }),
  ).toEqual([
    { path: 'b.py', before: '1', after: '2' },
    { path: 'b.py', before: '3', after: '' },
  ]);
  expect(edits({ oldString: 'x' })).toEqual([]);
  // Which of the two would be used, nobody knows: both are shown as they are.
  expect(editsOf(readArguments('{"oldString":"a","newString":"b","newString":"c"}') ?? [])).toEqual([]);
});

test('an edit is shown as the change it makes, all of its lines, and how it ends', () => {
  const shown = (before: string, after: string): string[] =>
    (changeOf([{ path: 'a', before, after }])?.files[0]?.lines ?? []).map(
      (line) => `${line.kind} ${line.text}`,
    );
  expect(shown('one\ntwo', 'one\n2\n')).toEqual([
    'same one',
    'removed two',
    'added 2',
    'note A line end comes in at the end.',
  ]);
  expect(shown('', 'all\nnew')).toEqual(['added all', 'added new']);
  expect(shown('x\n\n', '')).toEqual(['removed x', 'removed ']);
  const far = Array.from({ length: 6000 }, (_, at) => at);
  expect(
    changeOf([
      { path: 'a', before: far.map((n) => `a${n}`).join('\n'), after: far.map((n) => `b${n}`).join('\n') },
    ]),
  ).toBeNull();
});
