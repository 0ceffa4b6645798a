import { diffLines } from 'diff';

import { say } from '../../words/say';
import type { Change, DiffFile, Line } from './parse';
import { pairUp } from './words';

/** Texts that differ in more lines than this are not compared. */
const MOST_EDITS = 4000;

/** Edits as a change; null where their texts are too far apart to be compared. Lines have no numbers: none are known. */
export function changeOf(edits: readonly { path: string; before: string; after: string }[]): Change | null {
  const files: DiffFile[] = [];
  for (const { path, before, after } of edits) {
    const lines = linesOf(before, after);
    if (lines === null) return null;
    const of = (kind: Line['kind']): number => lines.filter((line) => line.kind === kind).length;
    files.push({ path, from: null, deeds: [], added: of('added'), removed: of('removed'), lines });
  }
  return {
    files,
    characters: edits.reduce((sum, edit) => sum + edit.before.length + edit.after.length, 0),
    lines: files.reduce((sum, file) => sum + file.lines.length, 0),
  };
}

function linesOf(before: string, after: string): Line[] | null {
  // A last line is compared by its words; how it ends is said by itself.
  const changes = diffLines(ended(before), ended(after), { maxEditLength: MOST_EDITS });
  if (changes === undefined) return null;
  const lines: Line[] = [];
  for (const change of changes) {
    const kind = change.added ? 'added' : change.removed ? 'removed' : 'same';
    for (const text of change.value.replace(/\n$/, '').split('\n')) {
      if (change.value !== '') lines.push({ kind, old: null, new: null, text });
    }
  }
  const [old, fresh] = [before.endsWith('\n'), after.endsWith('\n')];
  if (old !== fresh && before !== '' && after !== '') {
    const text = fresh ? say.diff.lineEndComes : say.diff.lineEndGoes;
    lines.push({ kind: 'note', old: null, new: null, text });
  }
  pairUp(lines);
  return lines;
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
