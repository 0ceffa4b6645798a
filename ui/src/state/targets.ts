import type { AgentView, AskView, FindingView, SourceId, TaskView, ThreadView } from '../gen';
import { isWaiting, kindWord, outcomeWord, whereFrom } from '../words/ask';
import { linkWords } from '../words/link';
import { say } from '../words/say';
import { agentWord, stateWord } from '../words/thing';
import { plain } from '../words/visible';
import { sourceTitle } from './agents.svelte';
import type { App } from './app.svelte';
import type { KeyName } from './key-table';
import type { Target } from './palette.svelte';
import { prepare, type Prepared } from './seek';

/** What is made of a row of the board, under the name of its source. */
type Make<Row> = (row: Row, named: string) => Target;

/** Has all there is gathered as it is then; each is made when it is looked at. */
export function targets(app: App): () => Iterable<Prepared<Target>> {
  // A row of the board stays the same object while it is the same, and there may be a hundred thousand.
  const known = new WeakMap<object, { named: string; target: Prepared<Target> }>();
  return () => {
    const { board } = app.desk;
    const names = new Map([...board.sources.keys()].map((id) => [id, sourceTitle(board.sources, id)]));
    function* each<Row extends { source: SourceId }>(
      rows: Iterable<Row>,
      make: Make<Row>,
    ): Generator<Prepared<Target>> {
      for (const row of rows) {
        const named = names.get(row.source) ?? row.source;
        let made = known.get(row);
        if (made?.named !== named) {
          made = { named, target: prepare(make(row, named)) };
          known.set(row, made);
        }
        yield made.target;
      }
    }
    const few = [...asks(app), ...keys(app), ...searches(app)].map(prepare);
    const linked = sources(app).map(prepare);
    return (function* () {
      yield* few;
      yield* each(board.agents.values(), agent(app));
      yield* linked;
      yield* each(board.threads.values(), thread(app));
      yield* each(board.tasks.values(), task(app));
      yield* each(board.findings.values(), finding(app));
    })();
  };
}

/** What waits, then what is settled. */
function asks(app: App): Target[] {
  const { board } = app.desk;
  const listed = new Set(app.inbox.listed);
  const settled = [...board.asks.values()].filter((ask) => ask.state === 'settled' && !listed.has(ask));
  return app.inbox.listed.concat(settled).map((ask) => ({
    kind: askWord(ask),
    title: plain(ask.title),
    about: whereFrom(ask, board.sources.get(ask.source)),
    run: () => app.reveal(ask.key),
  }));
}

function askWord(ask: AskView): string {
  if (ask.state === 'settled') return outcomeWord(ask);
  return isWaiting(ask) ? kindWord(ask) : say.asks.states[ask.state];
}

/** What goes back, or moves within a list, is of no use from here. */
const MOVES: ReadonlySet<KeyName> = new Set(['next', 'previous', 'open', 'back', 'palette']);

/** What can be done here. */
function keys(app: App): Target[] {
  return app.keys.groups().flatMap(({ title, rows }) =>
    rows.flatMap(({ name, says, keys, onSight, when, run }) => {
      if (onSight === true || when?.() === false || MOVES.has(name)) return [];
      return { kind: say.palette.kinds.key, title: says, about: title, keys, run: () => run('') };
    }),
  );
}

function searches(app: App): Target[] {
  return app.searches.rows.map((search) => ({
    kind: say.palette.kinds.search,
    title: search.name,
    about: say.palette.search,
    run: () => {
      app.screen.go('history');
      app.history.use(search);
    },
  }));
}

function sources(app: App): Target[] {
  const { now } = app.clock;
  return [...app.desk.board.sources.values()].map((source) => ({
    kind: say.palette.kinds.source,
    title: source.name,
    about: `${source.dialect} · ${linkWords(source, now)}`,
    run: () => {
      app.sources.select(source.source);
      app.screen.go('sources');
    },
  }));
}

function agent(app: App): Make<AgentView> {
  return (agent, named) => ({
    kind: say.palette.kinds.agent,
    title: plain(agent.name),
    about: `${named} · ${agentWord(agent.state)}`,
    run: () => {
      app.agents.list.show(agent.key);
      app.screen.go('agents');
    },
  });
}

function thread(app: App): Make<ThreadView> {
  return (thread, named) => ({
    kind: say.palette.kinds.thread,
    title: plain(thread.title),
    about: `${named} · ${stateWord(thread.state)}`,
    run: () => {
      app.threads.list.show(thread.key);
      app.screen.go('threads');
    },
  });
}

function task(app: App): Make<TaskView> {
  return (task, named) => ({
    kind: say.palette.kinds.task,
    title: plain(task.title),
    about: `${named} · ${stateWord(task.state)}`,
    run: () => {
      app.tasks.list.show(task.key);
      app.screen.go('tasks');
    },
  });
}

function finding(app: App): Make<FindingView> {
  return (finding, named) => ({
    kind: say.palette.kinds.finding,
    title: plain(finding.text),
    about: `${named} · ${plain(finding.rule)} · ${plain(finding.path)}`,
    run: () => {
      app.findings.query = '';
      app.findings.news = null;
      app.findings.list.show(finding.key);
      app.screen.go('findings');
    },
  });
}
