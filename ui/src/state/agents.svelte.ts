import type { AgentView, AskView, SourceDraft, SourceId, SourceView } from '../gen';
import { Refused, type Host } from '../host';
import { isWaiting } from '../words/ask';
import type { Desk } from './desk.svelte';
import { Listing, type Group } from './listing.svelte';

/** Everybody who works, under the source they work for. */
export class Agents {
  readonly list: Listing<AgentView>;
  /** Why an agent was not attached. */
  trouble: string | null = $state(null);
  busy = $state(false);

  readonly #host: Host;
  readonly #desk: Desk;

  constructor(host: Host, desk: Desk) {
    this.#host = host;
    this.#desk = desk;
    this.list = new Listing(() => this.#groups, desk.afterMoves());
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

  /** The source that would listen to an agent itself; nothing where there is none, or where it is there. */
  attachment({ attachment }: AgentView): SourceDraft | null {
    if (attachment === null) return null;
    const attached = [...this.#desk.board.sources.values()].some(
      ({ dialect, url }) => dialect === attachment.dialect && sameOrigin(url, attachment.url),
    );
    return attached ? null : attachment;
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

function sameOrigin(one: string, other: string): boolean {
  try {
    return new URL(one).origin === new URL(other).origin;
  } catch {
    return false;
  }
}
