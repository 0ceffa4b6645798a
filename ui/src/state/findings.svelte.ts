import type { FindingView, Severity } from '../gen';
import { severityWord } from '../words/thing';
import { bySource, sourceTitle } from './agents.svelte';
import type { Desk } from './desk.svelte';
import { Listing, type Group } from './listing.svelte';

/** What is known of how bad it is, the worst first; what is not known comes before the harmless. */
const WORST_FIRST: readonly Severity[] = ['error', 'warning'];

/** What audits found, by source and by how bad it is. */
export class Findings {
  readonly list: Listing<FindingView>;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.list = new Listing(() => this.#groups);
  }

  readonly #groups: Group<FindingView>[] = $derived.by(() => {
    const { findings, sources } = this.#desk.board;
    const groups = bySource(findings.values(), (source) => sourceTitle(sources, source), byWeight);
    return groups.flatMap(({ title, rows }) =>
      [...new Set(rows.map((row) => row.severity))].map((severity) => ({
        title: `${title} · ${severityWord(severity)}`,
        rows: rows.filter((row) => row.severity === severity),
      })),
    );
  });
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
