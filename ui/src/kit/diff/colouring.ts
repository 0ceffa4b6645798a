import { languageOf } from './languages';
import type { Change, DiffFile, Line } from './parse';
import type { Colours } from './segments';

/** What the worker is asked: pieces of one file, each one side of one hunk. */
export interface Request {
  id: number;
  language: string;
  passages: string[];
}

/** For each of them four numbers a colour: the line, from, up to, which tone. */
export interface Reply {
  id: number;
  passages: Uint32Array[];
}

/** What is larger than this, in characters, goes without colours; so does a file with a line that is longer. */
const LARGEST = 1_000_000;
const LONGEST_LINE = 5000;
/** Colours wait so long, in milliseconds: a change is on screen first. */
export const LATER = 50;
/** How long the worker may take over one file, in milliseconds: it reads what an agent wrote. */
export const PATIENCE = 20_000;

/**
 * Has the colours of a change looked up, beside the page. Tells them file by file as they come; never, where they cannot
 * be had. Ends when the returned function is called.
 */
export function colour(
  change: Change,
  tell: (colours: ReadonlyMap<Line, Colours>) => void,
  start: () => Worker = startWorker,
): () => void {
  let [worker, patience]: [Worker?, ReturnType<typeof setTimeout>?] = [];
  const end = (): void => {
    clearTimeout(patience);
    worker?.terminate();
  };
  const begin = (): void => {
    const jobs = change.characters > LARGEST ? [] : change.files.flatMap((file, id) => jobOf(file, id));
    if (jobs.length === 0 || typeof Worker === 'undefined') return;
    const own = (worker = start());
    const next = (): void => {
      clearTimeout(patience);
      const job = jobs[0];
      if (job === undefined) return end();
      patience = setTimeout(end, PATIENCE);
      own.postMessage(job.request);
    };
    own.onmessage = ({ data }: MessageEvent<Reply>) => {
      const job = jobs.shift();
      if (job === undefined || job.request.id !== data.id) return end();
      tell(spread(job.sides, data.passages));
      next();
    };
    own.onerror = end;
    next();
  };
  patience = setTimeout(begin, LATER);
  return end;
}

function startWorker(): Worker {
  return new Worker(new URL('./colour.worker.ts', import.meta.url), { type: 'module' });
}

interface Job {
  request: Request;
  /** The lines of each passage; none where another passage has the line as well. */
  sides: (Line | null)[][];
}

function jobOf(file: DiffFile, id: number): Job[] {
  const language = languageOf(file.path);
  if (language === null || file.lines.some((line) => line.text.length > LONGEST_LINE)) return [];
  const passages: string[] = [];
  const sides: (Line | null)[][] = [];
  const side = (lines: Line[], other: Line['kind']): void => {
    const shown = lines.filter((line) => line.kind !== other);
    if (!shown.some((line) => line.kind !== 'same') && other === 'added') return;
    passages.push(shown.map((line) => line.text).join('\n'));
    // An unchanged line is coloured as what it will be.
    sides.push(shown.map((line) => (other === 'added' && line.kind === 'same' ? null : line)));
  };
  for (const hunk of hunks(file.lines)) {
    side(hunk, 'added');
    side(hunk, 'removed');
  }
  return passages.length === 0 ? [] : [{ request: { id, language, passages }, sides }];
}

function hunks(lines: readonly Line[]): Line[][] {
  const found: Line[][] = [];
  let current: Line[] = [];
  for (const line of lines) {
    if (line.kind === 'hunk') found.push((current = []));
    else if (line.kind !== 'note' && found.length > 0) current.push(line);
  }
  return found;
}

function spread(sides: Job['sides'], passages: readonly Uint32Array[]): Map<Line, Colours> {
  const found = new Map<Line, Colours>();
  for (const [at, colours] of passages.entries()) {
    let from = 0;
    while (from < colours.length) {
      const number = colours[from] ?? 0;
      const own: number[] = [];
      for (; colours[from] === number && from < colours.length; from += 4) {
        own.push(colours[from + 1] ?? 0, colours[from + 2] ?? 0, colours[from + 3] ?? 0);
      }
      const line = sides[at]?.[number];
      if (line != null) found.set(line, Uint32Array.from(own));
    }
  }
  return found;
}
