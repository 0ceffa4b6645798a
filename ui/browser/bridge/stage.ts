import type { SourceDraft } from '../../src/gen';
import { Program } from './program';

/** A simulated coordinator of each dialect, where agents live by themselves until they are told to rest. */
export class Stage {
  readonly drafts: SourceDraft[];
  readonly #program: Program;

  private constructor(program: Program, drafts: SourceDraft[]) {
    this.#program = program;
    this.drafts = drafts;
  }

  static async open(): Promise<Stage> {
    const program = new Program('deskbell-sim', ['all', '--lively', '--speed', '8']);
    const cast = JSON.parse(await program.line()) as Said[];
    return new Stage(program, cast.map(draft));
  }

  /** From now on nothing happens there that somebody did not do. */
  rest(): void {
    this.#program.say('rest');
  }

  /** Somebody else does something at the hive, as anybody who knows its address can. */
  async elsewhere(path: string, fields: Record<string, string>): Promise<void> {
    const body = new URLSearchParams(fields);
    const at = new URL(path, this.#hive());
    const response = await fetch(at, { method: 'POST', body, redirect: 'manual' });
    if (response.status >= 400) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  /** The ids of the approvals that the hive itself says are pending. */
  async pending(): Promise<number[]> {
    const state = (await (await fetch(new URL('/api/state', this.#hive()))).json()) as {
      approvals: { id: number }[];
    };
    return state.approvals.map(({ id }) => id);
  }

  #hive(): string {
    const hive = this.drafts.find(({ dialect }) => dialect === 'hyperhive');
    if (hive === undefined) throw new Error('there is no hive');
    return hive.url;
  }

  async end(): Promise<void> {
    await this.#program.end('SIGKILL');
  }
}

interface Said {
  name: string;
  dialect: string;
  url: string;
  settings: Record<string, string>;
}

function draft({ name, dialect, url, settings }: Said): SourceDraft {
  return {
    name,
    dialect,
    url,
    auth: { type: 'none' },
    secret: { kept: 'unchanged' },
    settings: Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, [value]])),
  };
}
