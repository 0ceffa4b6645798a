import { afterEach, expect, test, vi } from 'vitest';

import { EVERYTHING } from '../../gallery/diffs';
import { colour, IDLE, LATER, PATIENCE, Workers, type Reply, type Request } from './colouring';
import { languageOf } from './languages';
import { MOST_LINES, readDiff } from './parse';
import { layOut, type Folds, type Row } from './rows';
import { segments, TONES } from './segments';
import { tree } from './tree';
import { marks } from './words';

const UNFOLDED: Folds = { closed: new Set(), opened: new Set() };
const { files } = readDiff(EVERYTHING);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const texts = (row: Row): (string | undefined)[] =>
  row.row === 'pair' ? [row.before?.text, row.after?.text] : row.row === 'line' ? [row.line.text] : [];

test('what becomes of a file beside its lines is said, and what is grave is told apart', () => {
  expect(
    files.map((file) => [file.path, ...file.deeds.map((deed) => deed.says + (deed.grave ? '!' : ''))]),
  ).toEqual([
    ['src/server/retry.ts'],
    ['src/server/new-name.py', 'renamed'],
    ['bin/run.sh', 'may be run from now on!'],
    ['icons/bell.png', 'binary: what is in it cannot be read here!'],
    ['notes.txt', 'new'],
    ['gone.json', 'deleted!'],
    ['src/access.rs'],
  ]);
  expect(files[1]?.from).toBe('src/server/old-name.py');
});

test('a file that is made to be run from the beginning is told apart, and so is a link', () => {
  const made = (mode: string) =>
    readDiff(`diff --git a/x b/x\nnew file mode ${mode}\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+y\n`)
      .files[0]?.deeds;
  expect(made('100644')).toEqual([{ says: 'new', grave: false }]);
  expect(made('100755')).toContainEqual({ says: 'may be run', grave: true });
  expect(made('120000')).toContainEqual({ says: 'a link to elsewhere', grave: true });
});

test('the bytes of a binary file are no changed lines, even where they look like some', () => {
  const [file, ...more] = readDiff(
    'diff --git a/x b/x\nGIT binary patch\nliteral 3\n+cmV\n-not\n\ndiff --git a/y b/y\nold mode 100644\nnew mode 100755\n',
  ).files;
  expect([file?.added, file?.removed, more.length]).toEqual([0, 0, 1]);
  expect(file?.lines.map((line) => line.text)).toEqual(['GIT binary patch', 'literal 3', '+cmV', '-not', '']);
});

test('millions of lines do not end the page, and the last of them are still there', () => {
  const change = readDiff(`${'\n'.repeat(MOST_LINES)}+the end\n+of it`);
  expect(change.lines).toBe(MOST_LINES);
  expect(change.files.at(-1)?.lines.map((line) => line.text)).toEqual(['+the end\n+of it']);
  expect(change.files.at(-1)?.deeds[0]?.says).toContain(`line ${MOST_LINES + 1}`);
});

test('every line is in both layouts; only what does not change is folded, and opens again', () => {
  const all = files.flatMap((file) => file.lines.map((line) => line.text));
  for (const view of ['unified', 'split'] as const) {
    const rows = layOut(files, view, UNFOLDED);
    const gaps = rows.filter((row) => row.row === 'gap');
    expect(gaps.map((gap) => gap.lines)).toEqual([10]);
    const opened = layOut(files, view, { ...UNFOLDED, opened: new Set(gaps.map((gap) => gap.key)) });
    const shown = new Set(opened.flatMap(texts));
    expect(all.filter((text) => !shown.has(text))).toEqual([]);
    expect(new Set(opened.map((row) => row.key)).size).toBe(opened.length);
    const folded = new Set(rows.flatMap(texts));
    expect(all.filter((text) => !folded.has(text)).every((text) => /^\/\/ \d+$/.test(text))).toBe(true);
  }
});

test('side by side, a line stands beside the one it replaces, and a new one beside nothing', () => {
  const [file] = readDiff('--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n-a\n+b\n+c\n d\n').files;
  const rows = layOut(file === undefined ? [] : [file], 'split', UNFOLDED);
  expect(rows.slice(2).map(texts)).toEqual([
    ['a', 'b'],
    [undefined, 'c'],
    ['d', 'd'],
  ]);
});

test('a closed file keeps its head alone', () => {
  const rows = layOut(files, 'unified', { ...UNFOLDED, closed: new Set(files.keys()) });
  expect(rows.map((row) => row.row)).toEqual(files.map(() => 'head'));
  expect(rows.every((row) => row.last)).toBe(true);
});

test('each changed word is marked by itself, and lines with nothing in common are not compared', () => {
  const marked = (before: string, after: string): string[][] =>
    (readDiff(`@@ -1 +1 @@\n-${before}\n+${after}\n`).files[0]?.lines.slice(1) ?? []).map((line) =>
      marks(line).map(([from, to]) => line.text.slice(from, to)),
    );
  expect(marked('open(file, "r", 10)', 'open(path, "r", 20)')).toEqual([
    ['file', '10'],
    ['path', '20'],
  ]);
  expect(marked('import { sleep } from "./sleep"', 'fn main() { println!("bye") }')).toEqual([[], []]);
});

test('colours and marks cut a line, and never change what it says', () => {
  const text = 'let x = "\u{1F514}\u202E";';
  const colours = Uint32Array.from([
    0,
    3,
    TONES.indexOf('keyword'),
    8,
    10,
    TONES.indexOf('string'),
    900,
    901,
    77,
  ]);
  const parts = segments(text, [[4, 5]], colours);
  expect(parts.map((part) => part.text).join('')).toBe(text.replace('\u202E', '‹U+202E›'));
  expect(parts.filter((part) => part.tone === 'keyword').map((part) => part.text)).toEqual(['let']);
  expect(parts.filter((part) => part.marked).map((part) => part.text)).toEqual(['x']);
  expect(parts.filter((part) => part.hidden)).toHaveLength(1);
  // The bell is written as two halves, and a colour that ends between them does not part them.
  expect(parts.some((part) => /[\uD800-\uDFFF]/u.test(part.text))).toBe(false);
});

test('files stand in their folders, and a path made of slashes ends', () => {
  expect(tree(files).map((branch) => `${' '.repeat(branch.depth)}${branch.name}`)).toEqual([
    'src/',
    ' server/',
    '  retry.ts',
    '  new-name.py',
    ' access.rs',
    'bin/',
    ' run.sh',
    'icons/',
    ' bell.png',
    'notes.txt',
    'gone.json',
  ]);
  const deep = readDiff(`--- a/${'d/'.repeat(9000)}f\n+++ b/${'d/'.repeat(9000)}f\n@@ -1 +1 @@\n-x\n+y\n`);
  expect(tree(deep.files).at(-1)?.depth).toBeLessThan(20);
});

test('a file is known by its ending or by its whole name', () => {
  expect(['a/b.rs', 'Dockerfile', '.bashrc', 'x.test.ts', 'README', 'a.rs/other'].map(languageOf)).toEqual([
    'rust',
    'dockerfile',
    'bash',
    'typescript',
    null,
    null,
  ]);
});

/** A worker that is answered for by hand. */
class Hand {
  asked: Request[] = [];
  ended = false;
  onmessage: ((event: { data: Reply }) => void) | null = null;
  postMessage(request: Request): void {
    this.asked.push(request);
  }
  terminate(): void {
    this.ended = true;
  }
}

function begin(unified: string): { hand: Hand; told: string[][]; workers: Workers; end: () => void } {
  vi.stubGlobal('Worker', Hand);
  vi.useFakeTimers();
  const [hand, told]: [Hand, string[][]] = [new Hand(), []];
  const tell: Parameters<typeof colour>[1] = (found) => told.push([...found.keys()].map((line) => line.text));
  const workers = new Workers(() => hand as unknown as Worker);
  const end = colour(readDiff(unified), tell, workers);
  vi.advanceTimersByTime(LATER);
  return { hand, told, workers, end };
}

const TWO =
  '--- a/x.rs\n+++ b/x.rs\n@@ -1,2 +1,2 @@\n-let a;\n+let b;\n same\n--- a/y.rs\n+++ b/y.rs\n@@ -0,0 +1 @@\n+fn c();\n';

test('the worker is asked for one side of one file at a time, and kept for the next change for a while', () => {
  const { hand, told, workers } = begin(TWO);
  expect(hand.asked).toEqual([{ id: 0, language: 'rust', passages: ['let a;\nsame', 'let b;\nsame'] }]);
  const word = Uint32Array.from([0, 0, 3, 0, 1, 0, 4, 4]);
  hand.onmessage?.({ data: { id: 0, passages: [word, word] } });
  expect(told).toEqual([['let a;', 'let b;', 'same']]);
  expect(hand.asked[1]?.passages).toEqual(['fn c();']);
  hand.onmessage?.({ data: { id: 1, passages: [Uint32Array.of(0, 0, 2, 0)] } });
  vi.advanceTimersByTime(IDLE - 1);
  expect([workers.take(), hand.ended]).toEqual([hand, false]);
  workers.giveBack(hand as unknown as Worker);
  vi.advanceTimersByTime(IDLE);
  expect(hand.ended).toBe(true);
});

test('a worker whose change is left before all is told is ended: the next change waits for nothing', () => {
  const { hand, end } = begin(TWO);
  end();
  expect(hand.ended).toBe(true);
});

test('a worker that is held up by what an agent wrote is ended', () => {
  const { hand } = begin(TWO);
  vi.advanceTimersByTime(PATIENCE - 1);
  expect(hand.ended).toBe(false);
  vi.advanceTimersByTime(1);
  expect(hand.ended).toBe(true);
});

test('a huge change, one with an endless line and one of no language go without colours', () => {
  const of = (path: string, line: string): number =>
    begin(`--- a/${path}\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n`).hand.asked.length;
  expect(of('x.rs', 'let a;')).toBe(1);
  expect(of('x.rs', 'x'.repeat(6000))).toBe(0);
  expect(of('x.unknown', 'let a;')).toBe(0);
  expect(begin(`${TWO}${' \n'.repeat(500_000)}`).hand.asked).toEqual([]);
});
