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
/** How long a worker that has nothing to do is kept, in milliseconds. */
export const IDLE = 60_000;

/**
 * Has the colours of a change looked up, beside the page. Tells them file by file as they come; never, where they cannot
 * be had. Ends when the returned function is called.
 */
export function colour(
  change: Change,
  tell: (colours: ReadonlyMap<Line, Colours>) => void,
  workers: Workers = shared,
): () => void {
  let [worker, patience]: [Worker?, ReturnType<typeof setTimeout>?] = [];
  const end = (): void => {
    clearTimeout(patience);
    worker?.terminate();
    worker = undefined;
  };
  const begin = (): void => {
    const jobs = change.characters > LARGEST ? [] : change.files.flatMap((file, id) => jobOf(file, id));
    if (jobs.length === 0 || typeof Worker === 'undefined') return;
    const own = (worker = workers.take());
    const next = (): void => {
      clearTimeout(patience);
      const job = jobs[0];
      if (job === undefined) {
        worker = undefined;
        workers.giveBack(own);
        return;
      }
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

/** Keeps one worker that has nothing to do: to start one takes longer than to colour what most changes hold. */
export class Workers {
  #idle: Worker | undefined;
  #over: ReturnType<typeof setTimeout> | undefined;
  readonly #start: () => Worker;

  constructor(start: () => Worker) {
    this.#start = start;
  }

  take(): Worker {
    clearTimeout(this.#over);
    const worker = this.#idle ?? this.#start();
    this.#idle = undefined;
    return worker;
  }

  giveBack(worker: Worker): void {
    worker.onmessage = worker.onerror = null;
    this.#rest();
    this.#idle = worker;
    this.#over = setTimeout(() => this.#rest(), IDLE);
  }

  #rest(): void {
    clearTimeout(this.#over);
    this.#idle?.terminate();
    this.#idle = undefined;
  }
}

const shared = new Workers(
  () => new Worker(new URL('./colour.worker.ts', import.meta.url), { type: 'module' }),
);

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
