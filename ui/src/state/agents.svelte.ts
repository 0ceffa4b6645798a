import type { AgentView, AskView, SourceDraft, SourceId, SourceView } from '../gen';
import { Refused, type Host } from '../host';
import { isWaiting } from '../words/ask';
import type { Desk } from './desk.svelte';
import { Listing, type Group } from './listing.svelte';

/** A coordinator that tells at which port each of its agents can be listened to… */
const COORDINATOR = 'hyperhive';
/** …and what is spoken there. */
const AGENT_DIALECT = 'hyperhive-agent';

/** Everybody who works, under the source they work for. */
export class Agents {
  readonly list: Listing<AgentView>;
  /** Why an agent was not attached. */
  trouble: string | null = $state(null);
  busy = $state(false);

  readonly #host: Host;
  readonly #desk: Desk;
  #begun = false;
  #attaches = $state(false);

  constructor(host: Host, desk: Desk) {
    this.#host = host;
    this.#desk = desk;
    this.list = new Listing(() => this.#groups);
  }

  readonly #groups: Group<AgentView>[] = $derived.by(() => {
    const { agents, sources } = this.#desk.board;
    return bySource(agents.values(), (source) => sourceTitle(sources, source), byName);
  });

  /** What an agent cannot go on without. */
  blocked(agent: AgentView): AskView[] {
    return [...this.#desk.board.asks.values()].filter(
      (ask) => ask.source === agent.source && ask.agent === agent.name && isWaiting(ask),
    );
  }

  /** Learns once what this engine can speak. */
  async begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    try {
      const { rows } = await this.#host.command({ command: 'dialect.list' });
      this.#attaches = rows.some((dialect) => dialect.name === AGENT_DIALECT);
    } catch {
      // Nothing can be attached then; asked again when the screen is opened next.
      this.#begun = false;
    }
  }

  /** The source that would listen to an agent itself; nothing where there is none, or where it is there. */
  attachment(agent: AgentView): SourceDraft | null {
    const parent = this.#desk.board.sources.get(agent.source);
    if (!this.#attaches || parent?.dialect !== COORDINATOR) return null;
    const url = agentUrl(parent, agent.facts['port']);
    if (url === null) return null;
    const attached = [...this.#desk.board.sources.values()].some(
      (source) =>
        source.dialect === AGENT_DIALECT &&
        source.settings['parent']?.includes(parent.source) === true &&
        sameOrigin(source.url, url),
    );
    if (attached) return null;
    return {
      name: `${parent.name} ${agent.name}`,
      dialect: AGENT_DIALECT,
      url,
      auth: { type: 'none' },
      secret: { kept: 'unchanged' },
      settings: { parent: [parent.source] },
    };
  }

  async attach(draft: SourceDraft): Promise<void> {
    this.trouble = null;
    this.busy = true;
    try {
      await this.#host.command({ command: 'source.add', draft });
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
    } finally {
      this.busy = false;
    }
  }
}

/** A source as a heading: one that hangs under another is named after it. */
export function sourceTitle(sources: ReadonlyMap<SourceId, SourceView>, id: SourceId): string {
  const parent = parentOf(sources, id);
  const name = sources.get(id)?.name ?? id;
  return parent === undefined ? name : `${parent.name} › ${name}`;
}

/** The source another one hangs under. */
export function parentOf(sources: ReadonlyMap<SourceId, SourceView>, id: SourceId): SourceView | undefined {
  const parent = sources.get(id)?.settings['parent']?.[0];
  return parent === undefined || parent === id ? undefined : sources.get(parent);
}

/** Rows under the titles of their sources, the titles by their letters. */
export function bySource<T extends { source: SourceId }>(
  rows: Iterable<T>,
  title: (source: SourceId) => string,
  order: (a: T, b: T) => number,
): Group<T>[] {
  const groups = new Map<SourceId, Group<T>>();
  for (const row of rows) {
    const group = groups.get(row.source) ?? { title: title(row.source), rows: [] };
    group.rows.push(row);
    groups.set(row.source, group);
  }
  for (const group of groups.values()) group.rows.sort(order);
  return [...groups.values()].sort((a, b) => a.title.localeCompare(b.title));
}

function byName(a: AgentView, b: AgentView): number {
  return a.name.localeCompare(b.name) || (a.key < b.key ? -1 : 1);
}

/** The same host at the port of the agent. */
function agentUrl(parent: SourceView, port: string | undefined): string | null {
  if (port === undefined || !/^\d{1,5}$/.test(port)) return null;
  try {
    const { protocol, hostname } = new URL(parent.url);
    return `${protocol}//${hostname}:${port}`;
  } catch {
    return null;
  }
}

function sameOrigin(one: string, other: string): boolean {
  try {
    return new URL(one).origin === new URL(other).origin;
  } catch {
    return false;
  }
}
