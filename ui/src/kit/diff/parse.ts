import { say } from '../../words/say';
import { pairUp } from './words';

/** One line of a diff as it is shown. Numbers are lines of the old and the new file. */
export interface Line {
  kind: 'same' | 'added' | 'removed' | 'hunk' | 'note';
  old: number | null;
  new: number | null;
  text: string;
  /** The line it takes the place of, or that takes its place. */
  mate?: Line;
}

/** What a change does to a file beside its lines. */
interface Deed {
  says: string;
  /** Worth a second look. */
  grave: boolean;
}

export interface DiffFile {
  /** Empty where the diff does not say which file it is about. */
  path: string;
  /** Its name before, where that was another. */
  from: string | null;
  deeds: Deed[];
  added: number;
  removed: number;
  lines: Line[];
}

/** A whole diff, read. */
export interface Change {
  files: DiffFile[];
  /** Of its text. */
  characters: number;
  lines: number;
}

/** So many lines are told apart. What comes after them is shown in one piece: millions of lines would end the page. */
export const MOST_LINES = 200_000;

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const RULE = /^={5,}$/;
const PREAMBLE =
  /^(diff |index |={5,}$|(new|deleted|old) |(dis)?similarity |rename |copy |Binary |GIT binary )/;
/** Other modes are a plain file's. */
const ODD_MODES: Record<string, keyof typeof say.diff.modes> = {
  '100755': 'program',
  '120000': 'link',
  '160000': 'repository',
};

/**
 * Reads a unified diff. Total: every line of the text is in the result, as a line or as a file's name (a rule below
 * that name is part of it), for what is approved is the whole text.
 */
export function readDiff(unified: string): Change {
  const reader = new Reader();
  let lines = 0;
  let line = nextLine(unified, 0);
  while (line !== null && lines < MOST_LINES) {
    const next = nextLine(unified, line.end);
    reader.read(line.text, next?.text);
    lines += 1;
    line = next;
  }
  if (line !== null) reader.rest(lines + 1, unified.slice(line.start));
  for (const file of reader.files) pairUp(file.lines);
  return { files: reader.files, characters: unified.length, lines };
}

function nextLine(text: string, start: number): { text: string; start: number; end: number } | null {
  if (start >= text.length) return null;
  const at = text.indexOf('\n', start);
  const to = at < 0 ? text.length : at;
  return { text: text.slice(start, to), start, end: to + 1 };
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
  /** Within the bytes of a binary file. */
  private bytes = false;

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

  /** What is too much to be told apart. */
  rest(from: number, text: string): void {
    const file = this.start();
    file.deeds.push({ says: say.diff.rest(from), grave: true });
    this.push({ kind: 'note', old: null, new: null, text });
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
    this.bytes = false;
    this.push({ kind: 'hunk', old: null, new: null, text: line });
  }

  private name(after: string): void {
    const file = this.begun ? this.start() : this.file();
    this.begun = false;
    const gone = after === '/dev/null';
    file.path = gone ? this.before : after;
    file.from = gone || this.before === '/dev/null' || this.before === after ? null : this.before;
    if (gone) deed(file, 'deleted', true);
    if (this.before === '/dev/null') deed(file, 'new');
    this.before = '';
  }

  /** What is in no hunk is shown as it stands; signs are still signs. */
  private outside(line: string, isBelowName: boolean): void {
    const named = /^(?:diff --git a\/(.+) b\/\1|Index: (.+))$/.exec(line);
    if (named !== null || line.startsWith('diff -') || (PREAMBLE.test(line) && this.begun)) {
      this.start().path = named?.[1] ?? named?.[2] ?? '';
      this.begun = false;
      this.bytes = false;
    }
    this.named = named !== null;
    // The file's name says all of it, and needs no rule below.
    if (named !== null || (isBelowName && RULE.test(line))) return;
    if (line.startsWith('\\') || this.bytes || PREAMBLE.test(line)) {
      this.preamble(line);
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

  /** What a line above the hunks says that the file goes through. */
  private preamble(line: string): void {
    const file = this.file();
    const [, key, value = ''] =
      /^(new file mode|deleted file mode|new mode|rename from|rename to|copy from|copy to) (.+)$/.exec(
        line,
      ) ?? [];
    const odd = ODD_MODES[value];
    if (key === 'new file mode') deed(file, say.diff.new);
    if (key === 'deleted file mode') deed(file, say.diff.deleted, true);
    if (key === 'new mode')
      deed(file, odd === undefined ? say.diff.newMode(value) : say.diff.newModes[odd], true);
    else if (key === 'new file mode' && odd !== undefined) deed(file, say.diff.modes[odd], true);
    if (key === 'rename from' || key === 'copy from') file.from = value;
    if (key === 'rename to' || key === 'copy to') file.path = value;
    if (key === 'rename to') deed(file, say.diff.renamed);
    if (key === 'copy to') deed(file, say.diff.copied);
    if (/^(Binary |GIT binary )/.test(line)) deed(file, say.diff.binary, true);
    if (line.startsWith('GIT binary ')) this.bytes = true;
  }

  private push(line: Line): void {
    this.file().lines.push(line);
  }

  private file(): DiffFile {
    return this.files.at(-1) ?? this.start();
  }

  private start(): DiffFile {
    const file: DiffFile = { path: '', from: null, deeds: [], added: 0, removed: 0, lines: [] };
    this.files.push(file);
    return file;
  }
}

function deed(file: DiffFile, says: string, grave = false): void {
  if (!file.deeds.some((other) => other.says === says)) file.deeds.push({ says, grave });
}

function take(side: { line: number; left: number }): number {
  side.left -= 1;
  return side.line++;
}

function name(line: string): string {
  const path = line.slice(4).split('\t')[0] ?? '';
  return path.replace(/^[ab]\//, '');
}
