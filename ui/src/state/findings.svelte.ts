import type { FindingView, Novelty, Severity } from '../gen';
import { severityTitle } from '../words/thing';
import { bySource, sourceTitle } from './agents.svelte';
import type { Desk } from './desk.svelte';
import { Listing, type Group } from './listing.svelte';

/** What is known of how bad it is, the worst first; what is not known comes before the harmless. */
const WORST_FIRST: readonly Severity[] = ['error', 'warning'];

/** What audits found, by source and by how bad it is. */
export class Findings {
  readonly list: Listing<FindingView>;
  /** Only those the last audit did this to. */
  news: Novelty | null = $state(null);
  /** Only those with this in their rule or their path. */
  query = $state('');
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.list = new Listing(() => this.#groups, desk.afterMoves());
  }

  readonly #all: FindingView[] = $derived.by(() => [...this.#desk.board.findings.values()]);

  /** How many there are, whatever is filtered by. */
  readonly known: number = $derived.by(() => this.#all.length);

  readonly open: number = $derived.by(() => this.#all.filter(isOpen).length);

  /** How many the last audit added, changed and removed. */
  readonly fresh: Record<Novelty, number> = $derived.by(() => {
    const fresh = { added: 0, changed: 0, removed: 0 };
    for (const { news } of this.#all) if (news !== null) fresh[news.what] += 1;
    return fresh;
  });

  readonly #groups: Group<FindingView>[] = $derived.by(() => {
    const { sources } = this.#desk.board;
    const wanted = this.#all.filter((row) => this.#isWanted(row));
    const groups = bySource(wanted, (source) => sourceTitle(sources, source), byWeight);
    return groups.flatMap(({ title, rows }) =>
      [...new Set(rows.map((row) => row.severity))].map((severity) => ({
        title: `${title} · ${severityTitle(severity)}`,
        rows: rows.filter((row) => row.severity === severity),
      })),
    );
  });

  #isWanted({ news, rule, path }: FindingView): boolean {
    const words = this.query.trim().toLowerCase();
    const isNamed = words === '' || `${rule}\n${path}`.toLowerCase().includes(words);
    return isNamed && (this.news === null || news?.what === this.news);
  }
}

function isOpen(finding: FindingView): boolean {
  return finding.state === 'open' && finding.news?.what !== 'removed';
}

function weight(severity: Severity): number {
  const at = WORST_FIRST.indexOf(severity);
  if (at >= 0) return at;
  return severity === 'info' ? WORST_FIRST.length + 1 : WORST_FIRST.length;
}

function byWeight(a: FindingView, b: FindingView): number {
  return (
    weight(a.severity) - weight(b.severity) ||
    a.severity.localeCompare(b.severity) ||
    a.rule.localeCompare(b.rule) ||
    a.path.localeCompare(b.path) ||
    (a.key < b.key ? -1 : 1)
  );
}
