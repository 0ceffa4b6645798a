import type { IndexView, JobView, RemovedView, Rule, SourceView, StorageView } from '../gen';
import { size } from './numbers';
import { say } from './say';
import { plain, spaced } from './visible';

export interface Part {
  name: string;
  bytes: number;
  entries?: number;
}

/** Where the bytes of the files are. */
export function parts(storage: StorageView): Part[] {
  const names = say.storage.parts;
  const sum = (of: 'textBytes' | 'frameBytes'): number =>
    storage.shares.reduce((together, share) => together + share[of], 0);
  const [text, frames] = [sum('textBytes'), sum('frameBytes')];
  const rest = Math.max(0, storage.database - storage.free - text - frames);
  return [
    { name: names.text, bytes: text },
    { name: names.frames, bytes: frames },
    { name: names.rest, bytes: rest },
    { name: names.free, bytes: storage.free },
    { name: names.log, bytes: storage.log },
    { name: names.index, bytes: storage.index.bytes },
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
      by === 'kind' ? say.history.kinds[share.kind] : plain(sources.get(share.source)?.name ?? share.source);
    const sum = sums.get(name) ?? { name, bytes: 0, entries: 0 };
    sum.bytes += share.textBytes + share.frameBytes;
    sum.entries += share.entries;
    sums.set(name, sum);
  }
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes);
}

export function ruleWords(rule: Rule, sources: ReadonlyMap<string, SourceView>): string {
  const { source, kind } = rule.portion;
  const words = say.storage.rule;
  const of = source === null ? words.allSources : plain(sources.get(source)?.name ?? source);
  const what = kind === null ? words.allKinds : say.history.kinds[kind];
  const most = [
    rule.days !== null && say.counts.days(rule.days),
    rule.entries !== null && say.counts.lines(rule.entries),
    rule.bytes !== null && size(rule.bytes),
  ].filter((word) => word !== false);
  return words.whole(what, of, most.join(', '));
}

export function jobWords(job: JobView): string {
  switch (job.work) {
    case 'tidy':
      return say.storage.tidying(job.done);
    case 'clear':
      return say.storage.clearing(job.done, job.total);
    case 'compact':
      return say.storage.compacting(size(job.done), size(job.total));
  }
}

/** What is said of a search index that is not up to date. */
export function lagWords(index: IndexView): string | null {
  if (index.trouble !== null) {
    return say.storage.indexTrouble(plain(index.trouble));
  }
  if (index.behind === 0) return null;
  return say.storage.indexBehind(index.behind);
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
  const why = byRule && byHand ? 'both' : byRule ? 'rules' : 'hand';
  return say.storage.removed[why](sum, spaced(day.format(last)));
}
