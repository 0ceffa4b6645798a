import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where Cargo puts what it builds, where it is not told. */
const PROGRAMS =
  process.env['DESKBELL_PROGRAMS'] ?? fileURLToPath(new URL('../../../target/debug', import.meta.url));

/** What runs: none of it outlives the tests. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One of our programs, running. */
export class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<void>;
  #errors = '';

  constructor(name: string, words: string[]) {
    const file = join(PROGRAMS, name);
    if (!existsSync(file))
      throw new Error(`There is no ${file}: build it, or say in DESKBELL_PROGRAMS where it is.`);
    const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(child);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    const lines: Interface = createInterface(child.stdout);
    this.#lines = lines[Symbol.asyncIterator]();
    this.#ended = new Promise((done) => {
      child.on('exit', () => {
        running.delete(child);
        done();
      });
    });
    this.#child = child;
  }

  /** The next line it says. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`It ended and said: ${this.#errors}`);
    return next.value;
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Ends it, as it is ended or as it crashes. */
  async end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    this.#child.kill(signal);
    await this.#ended;
  }
}
