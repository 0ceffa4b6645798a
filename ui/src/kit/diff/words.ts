import { diffArrays } from 'diff';

import type { Line } from './parse';

/** A part of a text: from, up to. */
export type Span = readonly [from: number, to: number];

/** A longer line is no line to compare word by word. */
const LONGEST = 2000;
/** Two lines that differ in more words than this are two lines. */
const MOST_EDITS = 120;

const known = new WeakMap<Line, readonly Span[]>();

/** Finds for each removed line the added line that takes its place. */
export function pairUp(lines: Line[]): void {
  let at = 0;
  while (at < lines.length) {
    const removed = run(lines, at, 'removed');
    const added = run(lines, at + removed, 'added');
    for (let i = 0; i < Math.min(removed, added); i += 1) {
      const [before, after] = [lines[at + i], lines[at + removed + i]];
      if (before === undefined || after === undefined) continue;
      before.mate = after;
      after.mate = before;
    }
    at += Math.max(removed + added, 1);
  }
}

/** Where a line differs from the line it replaces. Looked for when it is first seen: most lines of a long diff are not. */
export function marks(line: Line): readonly Span[] {
  const { mate } = line;
  if (mate === undefined) return [];
  const found = known.get(line);
  if (found !== undefined) return found;
  const isOld = line.kind === 'removed';
  const [before, after] = compare(isOld ? line.text : mate.text, isOld ? mate.text : line.text);
  known.set(line, isOld ? before : after);
  known.set(mate, isOld ? after : before);
  return isOld ? before : after;
}

function run(lines: Line[], from: number, kind: Line['kind']): number {
  let length = 0;
  while (lines[from + length]?.kind === kind) length += 1;
  return length;
}

function compare(before: string, after: string): [Span[], Span[]] {
  if (before.length > LONGEST || after.length > LONGEST) return [[], []];
  const changes = diffArrays(words(before), words(after), { maxEditLength: MOST_EDITS });
  if (changes === undefined) return [[], []];
  const old: Span[] = [];
  const fresh: Span[] = [];
  let [oldAt, newAt, kept] = [0, 0, 0];
  for (const change of changes) {
    const text = change.value.join('');
    if (change.removed) mark(old, before, oldAt, (oldAt += text.length));
    else if (change.added) mark(fresh, after, newAt, (newAt += text.length));
    else {
      oldAt += text.length;
      newAt += text.length;
      kept += text.replace(/\W/g, '').length;
    }
  }
  // Two lines with next to nothing in common are two lines, not a change within one.
  const most = Math.max(before.replace(/\W/g, '').length, after.replace(/\W/g, '').length);
  return kept * 5 < most && most > 12 ? [[], []] : [old, fresh];
}

/** Adds a mark; one that only a space parts from the one before goes on with it. */
function mark(spans: Span[], text: string, from: number, to: number): void {
  const last = spans.at(-1);
  if (last !== undefined && text.slice(last[1], from).trim() === '') spans[spans.length - 1] = [last[0], to];
  else spans.push([from, to]);
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}
