/** One line of a diff as it is shown. Numbers are lines of the old and the new file. */
export interface Line {
  kind: 'same' | 'added' | 'removed' | 'hunk' | 'note';
  old: number | null;
  new: number | null;
  text: string;
  /** Where it differs from the line it replaces: from, up to. */
  mark?: readonly [number, number];
}

export interface DiffFile {
  /** Empty where the diff does not say which file it is about. */
  path: string;
  /** Its name before, where that was another. */
  from: string | null;
  added: number;
  removed: number;
  lines: Line[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const RULE = /^={5,}$/;
const PREAMBLE = /^(diff |index |={5,}$|(new|deleted|old) |similarity |rename |copy |Binary )/;

/**
 * Reads a unified diff. Total: every line of the text is in the result, as a line or as a file's name (a rule below
 * that name is part of it), for what is approved is the whole text.
 */
export function parseDiff(unified: string): DiffFile[] {
  const reader = new Reader();
  const lines = unified.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [at, line] of lines.entries()) reader.read(line, lines[at + 1]);
  for (const file of reader.files) markWords(file.lines);
  return reader.files;
}

class Reader {
  files: DiffFile[] = [];
  /** What the hunk under way still promises. Within it, `--- x` is a removed line and no file's name. */
  private old = { line: 0, left: 0 };
  private new = { line: 0, left: 0 };
  /** Whether the file has had a hunk: then a name begins another file. */
  private begun = true;
  private before = '';
  /** Whether the line before gave the file its name. */
  private named = false;

  read(line: string, next: string | undefined): void {
    const isBelowName = this.named;
    this.named = false;
    if (this.old.left > 0 || this.new.left > 0) {
      if (this.body(line)) return;
      this.old.left = this.new.left = 0;
    }
    const hunk = HUNK.exec(line);
    if (hunk !== null) this.hunk(line, hunk);
    else if (line.startsWith('--- ') && next?.startsWith('+++ ') === true) this.before = name(line);
    else if (line.startsWith('+++ ') && this.before !== '') this.name(name(line));
    else this.outside(line, isBelowName);
  }

  /** A line of the hunk under way; false if it cannot be one. */
  private body(line: string): boolean {
    const [sign, text] = [line[0], line.slice(1)];
    if (sign === '+' && this.new.left > 0) {
      this.file().added += 1;
      this.push({ kind: 'added', old: null, new: take(this.new), text });
    } else if (sign === '-' && this.old.left > 0) {
      this.file().removed += 1;
      this.push({ kind: 'removed', old: take(this.old), new: null, text });
    } else if (sign === ' ' || sign === undefined) {
      this.push({ kind: 'same', old: take(this.old), new: take(this.new), text });
    } else if (sign === '\\') {
      this.push({ kind: 'note', old: null, new: null, text: line });
    } else {
      return false;
    }
    return true;
  }

  private hunk(line: string, [, old, oldCount, start, newCount]: RegExpExecArray): void {
    this.old = { line: Number(old), left: Number(oldCount ?? 1) };
    this.new = { line: Number(start), left: Number(newCount ?? 1) };
    this.file();
    this.begun = true;
    this.push({ kind: 'hunk', old: null, new: null, text: line });
  }

  private name(after: string): void {
    const file = this.begun ? this.start() : this.file();
    this.begun = false;
    const gone = after === '/dev/null';
    file.path = gone ? this.before : after;
    file.from = gone || this.before === '/dev/null' || this.before === after ? null : this.before;
    if (gone) file.lines.push({ kind: 'note', old: null, new: null, text: 'The file is deleted.' });
    else if (this.before === '/dev/null') {
      file.lines.push({ kind: 'note', old: null, new: null, text: 'The file is new.' });
    }
    this.before = '';
  }

  /** What is in no hunk is shown as it stands; signs are still signs. */
  private outside(line: string, isBelowName: boolean): void {
    const named = /^(?:diff --git a\/(.+) b\/\1|Index: (.+))$/.exec(line);
    if (named !== null || (PREAMBLE.test(line) && this.begun)) {
      this.start().path = named?.[1] ?? named?.[2] ?? '';
      this.begun = false;
    }
    this.named = named !== null;
    // The file's name says all of it, and needs no rule below.
    if (named !== null || (isBelowName && RULE.test(line))) return;
    if (line.startsWith('\\') || PREAMBLE.test(line)) {
      this.push({ kind: 'note', old: null, new: null, text: line });
      return;
    }
    const kind = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'same';
    if (kind === 'same') {
      this.push({ kind, old: null, new: null, text: line });
      return;
    }
    this.file()[kind] += 1;
    this.push({ kind, old: null, new: null, text: line.slice(1) });
  }

  private push(line: Line): void {
    this.file().lines.push(line);
  }

  private file(): DiffFile {
    return this.files.at(-1) ?? this.start();
  }

  private start(): DiffFile {
    const file: DiffFile = { path: '', from: null, added: 0, removed: 0, lines: [] };
    this.files.push(file);
    return file;
  }
}

function take(side: { line: number; left: number }): number {
  side.left -= 1;
  return side.line++;
}

function name(line: string): string {
  const path = line.slice(4).split('\t')[0] ?? '';
  return path.replace(/^[ab]\//, '');
}

/** Marks in each removed line and the added line that takes its place what differs between them. */
function markWords(lines: Line[]): void {
  let at = 0;
  while (at < lines.length) {
    const removed = run(lines, at, 'removed');
    const added = run(lines, at + removed, 'added');
    for (let i = 0; i < Math.min(removed, added); i += 1) {
      const [before, after] = [lines[at + i], lines[at + removed + i]];
      if (before !== undefined && after !== undefined) markPair(before, after);
    }
    at += Math.max(removed + added, 1);
  }
}

function run(lines: Line[], from: number, kind: Line['kind']): number {
  let length = 0;
  while (lines[from + length]?.kind === kind) length += 1;
  return length;
}

function markPair(before: Line, after: Line): void {
  const [a, b] = [words(before.text), words(after.text)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const length = (parts: string[]): number => parts.join('').length;
  const kept = length(
    a
      .slice(0, head)
      .concat(a.slice(a.length - tail))
      .filter((word) => word.trim() !== ''),
  );
  // Two lines with nothing in common are two lines, not a change within one.
  if (kept === 0 && before.text.trim() !== '' && a.length + b.length > 6) return;
  const from = length(a.slice(0, head));
  if (head + tail < a.length) before.mark = [from, before.text.length - length(a.slice(a.length - tail))];
  if (head + tail < b.length) after.mark = [from, after.text.length - length(b.slice(b.length - tail))];
}

function words(text: string): string[] {
  return text.match(/\w+|\s+|[^\w\s]/gu) ?? [];
}
