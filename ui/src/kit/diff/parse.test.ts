import { expect, test } from 'vitest';

import { DIFF } from '../../gallery/samples';
import { readDiff } from './parse';
import { marks } from './words';

const read = (unified: string) => readDiff(unified).files;

test('a diff has its file, its counts and the numbers of both sides', () => {
  const [file, ...more] = read(DIFF);
  expect(more).toEqual([]);
  expect([file?.path, file?.added, file?.removed]).toEqual(['agents/coder/agent.nix', 3, 1]);
  expect(file?.lines.map((line) => [line.kind, line.old, line.new])).toEqual([
    ['hunk', null, null],
    ['same', 14, 14],
    ['same', 15, 15],
    ['removed', 16, null],
    ['added', null, 16],
    ['added', null, 17],
    ['same', 17, 18],
    ['same', 18, 19],
    ['added', null, 20],
    ['same', 19, 21],
  ]);
});

test('within a hunk, what looks like the name of a file is a changed line', () => {
  const [file, ...more] = read('--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/secret\n+++ b/other\n same\n');
  expect(more).toEqual([]);
  expect(file?.lines.map((line) => line.text)).toEqual([
    '@@ -1,2 +1,2 @@',
    '-- a/secret',
    '++ b/other',
    'same',
  ]);
});

test('no line of the text is left out, whatever the text is', () => {
  const texts = [
    'just\nwords',
    '+ added\n- removed',
    '@@ -1,9 +1,9 @@\n one\nnot of a hunk\n+late',
    'diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\ndiff --git a/b b/b\nBinary files a/b and b/b differ\n',
    '@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n+smuggled after the hunk\n',
    '--- only an old name\n+no new one',
  ];
  for (const text of texts) {
    const shown = read(text)
      .flatMap((file) => [file.path, ...file.lines.map((line) => line.text)])
      .join('\n');
    for (const line of text.split('\n')) {
      const words = line
        .replace(/^diff --git a\/(\S+) .*/, '$1')
        .replace(/^[-+ ]/, '')
        .trim();
      expect(shown).toContain(words);
    }
  }
});

test('the rule below a name is no line, and any other is', () => {
  const rule = '='.repeat(67);
  const [file, ...more] = read(`Index: a.txt\n${rule}\n--- a.txt\n+++ a.txt\n@@ -1 +1 @@\n-x\n+y\n${rule}\n`);
  expect(more.map((other) => other.lines.map((line) => line.text))).toEqual([[rule]]);
  expect([file?.path, ...(file?.lines.map((line) => line.text) ?? [])]).toEqual([
    'a.txt',
    '@@ -1 +1 @@',
    'x',
    'y',
  ]);
});

test('each file of a diff is its own, also one of which only the mode changes', () => {
  const files = read(
    'diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\ndiff --git a/b b/b\nindex 1..2\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-x\n+y\n',
  );
  expect(files.map((file) => [file.path, file.added])).toEqual([
    ['run.sh', 0],
    ['b', 1],
  ]);
});

test('a moved file says where from, a new one that it is new', () => {
  const [moved] = read('--- a/old\n+++ b/new\n@@ -1 +1 @@\n-x\n+y\n');
  expect([moved?.from, moved?.path]).toEqual(['old', 'new']);
  const [fresh] = read('--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+y\n');
  expect([fresh?.from, fresh?.path, fresh?.deeds]).toEqual([null, 'new', [{ says: 'new', grave: false }]]);
});

test('a changed word is marked on both sides', () => {
  const [file] = read('--- a/x\n+++ b/x\n@@ -1 +1 @@\n-keep = "7 days"\n+keep = "30 days"\n');
  const marked = file?.lines.map((line) => marks(line).map((span) => line.text.slice(...span)));
  expect(marked).toEqual([[], ['7'], ['30']]);
});
