import type { IndexView, JobView, RemovedView, Rule, SourceView, StorageView } from '../gen';
import { count, ENTRY_WORDS } from './link';
import { plain } from './visible';

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** In the largest unit of which there is one: `1.5 GB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let [value, unit] = [bytes / 1000, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value.toLocaleString(undefined, { maximumFractionDigits: 1 })} ${UNITS[unit] ?? ''}`;
}

export interface Part {
  name: string;
  bytes: number;
  entries?: number;
}

/** Where the bytes of the files are. */
export function parts(storage: StorageView): Part[] {
  const sum = (of: 'textBytes' | 'frameBytes'): number =>
    storage.shares.reduce((together, share) => together + share[of], 0);
  const [text, frames] = [sum('textBytes'), sum('frameBytes')];
  const rest = Math.max(0, storage.database - storage.free - text - frames);
  return [
    { name: 'What the lines say', bytes: text },
    { name: 'Frames, as they came', bytes: frames },
    { name: 'Everything else in the database', bytes: rest },
    { name: 'Free in the database', bytes: storage.free },
    { name: 'Log of the database', bytes: storage.log },
    { name: 'Search index', bytes: storage.index.bytes },
  ];
}

/** The lines and their frames, by source or by kind; the largest first. */
export function shares(
  storage: StorageView,
  by: 'source' | 'kind',
  sources: ReadonlyMap<string, SourceView>,
): Part[] {
  const sums = new Map<string, Required<Part>>();
  for (const share of storage.shares) {
    const name =
      by === 'kind' ? ENTRY_WORDS[share.kind] : plain(sources.get(share.source)?.name ?? share.source);
    const sum = sums.get(name) ?? { name, bytes: 0, entries: 0 };
    sum.bytes += share.textBytes + share.frameBytes;
    sum.entries += share.entries;
    sums.set(name, sum);
  }
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes);
}

export function ruleWords(rule: Rule, sources: ReadonlyMap<string, SourceView>): string {
  const { source, kind } = rule.portion;
  const of = source === null ? 'all sources' : plain(sources.get(source)?.name ?? source);
  const what = kind === null ? 'Everything but receipts' : ENTRY_WORDS[kind];
  const most = [
    rule.days !== null && count(rule.days, 'day', 'days'),
    rule.entries !== null && count(rule.entries, 'line', 'lines'),
    rule.bytes !== null && size(rule.bytes),
  ].filter((word) => word !== false);
  return `${what} of ${of}: at most ${most.join(', ')}`;
}

export function jobWords(job: JobView): string {
  switch (job.work) {
    case 'tidy':
      return `Removing what your rules do not keep: ${count(job.done, 'line', 'lines')} so far`;
    case 'clear':
      return `Clearing: ${job.done.toLocaleString()} of ${count(job.total, 'line', 'lines')}`;
    case 'compact':
      return `Compacting: ${size(job.done)} of ${size(job.total)} given back`;
  }
}

/** What is said of a search index that is not up to date. */
export function lagWords(index: IndexView): string | null {
  if (index.trouble !== null) {
    return `The search index cannot be written (${plain(index.trouble)}). It is tried again; searches look through the lines instead, and take longer.`;
  }
  if (index.behind === 0) return null;
  return `The search index is ${count(index.behind, 'line', 'lines')} behind. Searches find those too, if not as fast.`;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** What is missing at the end of a history, and why. */
export function removedWords(rows: readonly RemovedView[]): string | null {
  const [first] = rows;
  if (first === undefined) return null;
  const sum = rows.reduce((together, row) => together + row.entries, 0);
  const last = Math.max(...rows.map((row) => row.at));
  const byRule = rows.some((row) => row.why === 'rule');
  const byHand = rows.some((row) => row.why === 'cleared');
  const why = byRule && byHand ? 'by your rules and by hand' : byRule ? 'by your rules' : 'by hand';
  return `${count(sum, 'older line was', 'older lines were')} removed ${why}, last on ${day.format(last)}.`;
}
