import type { App } from './app.svelte';
import { sourceTitle } from './agents.svelte';
import type { KeyName } from './key-table';
import { prepare, seek, type Prepared, type Sought } from './seek';
import { isWaiting, kindWord, outcomeWord, whereFrom } from '../words/ask';
import { agentWord, stateWord } from '../words/thing';
import { linkWords } from '../words/link';
import { plain } from '../words/visible';

/** More than these nobody reads: another word finds faster. */
const MOST = 50;

/** Something that can be gone to or done by its name. */
export interface Target extends Sought {
  /** What it is, in a word. */
  kind: string;
  /** The key that does the same. */
  keys?: string | undefined;
  run: () => void;
}

/** Everything there is, by its words. */
export class Palette {
  isOpen = $state(false);
  words = $state('');
  /** Which of those found is chosen. */
  at = $state(0);
  /** As they were when it was opened: a list that changes while it is read cannot be chosen from. */
  #targets: Prepared<Target>[] = $state.raw([]);
  readonly #gather: () => Target[];

  constructor(gather: () => Target[]) {
    this.#gather = gather;
  }

  readonly found: Target[] = $derived.by(() => seek(this.#targets, this.words, MOST));
  readonly chosen: Target | undefined = $derived(this.found[this.at]);

  open(): void {
    this.#targets = this.#gather().map(prepare);
    this.words = '';
    this.at = 0;
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
    this.#targets = [];
  }

  say(words: string): void {
    this.words = words;
    this.at = 0;
  }

  /** From the last on to the first. */
  move(step: 1 | -1): void {
    const { length } = this.found;
    if (length > 0) this.at = (this.at + step + length) % length;
  }
}

/** What waits, then what can be done here, then all there is. */
export function targets(app: App): Target[] {
  const { board } = app.desk;
  const now = app.clock.now;
  const asks = app.inbox.listed.concat(
    [...board.asks.values()].filter((ask) => ask.state === 'settled' && !app.inbox.listed.includes(ask)),
  );
  const named = (source: string): string => sourceTitle(board.sources, source);
  return [
    ...asks.map((ask) => ({
      kind: ask.state === 'settled' ? outcomeWord(ask) : isWaiting(ask) ? kindWord(ask) : ask.state,
      title: plain(ask.title),
      about: whereFrom(ask, board.sources.get(ask.source)),
      run: () => app.reveal(ask.key),
    })),
    ...app.keys.groups().flatMap(({ title, rows }) =>
      rows.flatMap(({ name, says, keys, onSight, when, run }) => {
        // What goes back, or moves within a list, is of no use from here.
        if (onSight === true || when?.() === false || MOVES.has(name)) return [];
        return { kind: 'key', title: says, about: title, keys, run: () => run('') };
      }),
    ),
    ...app.searches.rows.map((search) => ({
      kind: 'search',
      title: search.name,
      about: 'Saved search',
      run: () => {
        app.screen.go('history');
        app.history.use(search);
      },
    })),
    ...[...board.agents.values()].map((agent) => ({
      kind: 'agent',
      title: plain(agent.name),
      about: `${named(agent.source)} · ${agentWord(agent.state)}`,
      run: () => {
        app.agents.list.show(agent.key);
        app.screen.go('agents');
      },
    })),
    ...[...board.sources.values()].map((source) => ({
      kind: 'source',
      title: source.name,
      about: `${source.dialect} · ${linkWords(source, now)}`,
      run: () => {
        app.sources.select(source.source);
        app.screen.go('sources');
      },
    })),
    ...[...board.threads.values()].map((thread) => ({
      kind: 'thread',
      title: plain(thread.title),
      about: `${named(thread.source)} · ${stateWord(thread.state)}`,
      run: () => {
        app.threads.list.show(thread.key);
        app.screen.go('threads');
      },
    })),
    ...[...board.tasks.values()].map((task) => ({
      kind: 'task',
      title: plain(task.title),
      about: `${named(task.source)} · ${stateWord(task.state)}`,
      run: () => {
        app.tasks.list.show(task.key);
        app.screen.go('tasks');
      },
    })),
    ...[...board.findings.values()].map((finding) => ({
      kind: 'finding',
      title: plain(finding.text),
      about: `${named(finding.source)} · ${plain(finding.rule)} · ${plain(finding.path)}`,
      run: () => {
        app.findings.query = '';
        app.findings.news = null;
        app.findings.list.show(finding.key);
        app.screen.go('findings');
      },
    })),
  ];
}

const MOVES: ReadonlySet<KeyName> = new Set(['next', 'previous', 'open', 'back', 'palette']);
