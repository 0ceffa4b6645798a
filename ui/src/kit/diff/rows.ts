import type { DiffFile, Line } from './parse';

/** How a diff is laid out: one below the other, or side by side. */
export type View = 'unified' | 'split';

/** One row on screen. `key` is its own for as long as the diff is shown. */
export type Row =
  | { row: 'head'; key: string; file: DiffFile; at: number; last: boolean }
  | { row: 'line'; key: string; line: Line; last: boolean }
  | { row: 'pair'; key: string; before: Line | null; after: Line | null; last: boolean }
  | { row: 'gap'; key: string; lines: number; last: boolean };

/** So many unchanged lines in a row are folded, */
const LONG_RUN = 14;
/** and so many of them stay at each end. */
const AROUND = 3;

/** What the operator has opened and closed in a diff. */
export interface Folds {
  /** Files, by their place. */
  closed: ReadonlySet<number>;
  /** Runs of unchanged lines, by the key of their row. */
  opened: ReadonlySet<string>;
}

export function layOut(files: readonly DiffFile[], view: View, { closed, opened }: Folds): Row[] {
  const rows: Row[] = [];
  for (const [at, file] of files.entries()) {
    rows.push({ row: 'head', key: String(at), file, at, last: false });
    if (!closed.has(at)) body(rows, at, file, view, opened);
    const end = rows.at(-1);
    if (end !== undefined) end.last = true;
  }
  return rows;
}

function body(rows: Row[], at: number, file: DiffFile, view: View, opened: ReadonlySet<string>): void {
  let next = 0;
  while (next < file.lines.length) {
    const end = runEnd(file.lines, next);
    const key = `${at}:${next}…`;
    const folded = end - next > LONG_RUN && !opened.has(key);
    const head = folded ? next + AROUND : end;
    lay(rows, at, file.lines, next, head, view);
    if (folded) {
      rows.push({ row: 'gap', key, lines: end - next - 2 * AROUND, last: false });
      lay(rows, at, file.lines, end - AROUND, end, view);
    }
    next = end;
  }
}

/** Where a run of lines that may be folded ends; for any other line, where the lines that may not be folded end. */
function runEnd(lines: readonly Line[], from: number): number {
  const folds = (line: Line | undefined): boolean => line?.kind === 'same' || line?.kind === 'note';
  const kind = lines[from]?.kind;
  const first = folds(lines[from]);
  let end = from + 1;
  while (end < lines.length && folds(lines[end]) === first && (!first || lines[end]?.kind === kind)) end += 1;
  return end;
}

function lay(rows: Row[], at: number, lines: readonly Line[], from: number, to: number, view: View): void {
  for (let i = from; i < to; i += 1) {
    const line = lines[i];
    if (line === undefined) continue;
    const key = `${at}:${i}`;
    if (view === 'unified' || line.kind === 'hunk' || line.kind === 'note') {
      rows.push({ row: 'line', key, line, last: false });
    } else if (line.kind === 'same') {
      rows.push({ row: 'pair', key, before: line, after: line, last: false });
    } else if (line.kind === 'removed') {
      rows.push({ row: 'pair', key, before: line, after: line.mate ?? null, last: false });
    } else if (line.mate === undefined) {
      rows.push({ row: 'pair', key, before: null, after: line, last: false });
    }
  }
}
