import type { EntryView } from '../gen';

export function identity(row: Pick<EntryView, 'source' | 'item'>): string {
  return `${row.source}/${row.item}`;
}

/** One entry is one row, wherever it came from; told again, it is shown as told last. */
export function merge(rows: EntryView[], more: EntryView[], where: 'above' | 'below'): EntryView[] {
  const { kept, fresh } = split(rows, more);
  return where === 'above' ? [...fresh, ...kept] : [...kept, ...fresh];
}

/** Each where it belongs: a server may tell late of something early. Newest first. */
export function settle(rows: EntryView[], arrived: EntryView[]): EntryView[] {
  const { kept, fresh } = split(rows, arrived);
  const above = fresh.sort(newestFirst);
  const first = kept[0];
  const last = above.at(-1);
  const onTop = first === undefined || last === undefined || newestFirst(last, first) <= 0;
  return onTop ? [...above, ...kept] : [...above, ...kept].sort(newestFirst);
}

function split(rows: EntryView[], more: EntryView[]): { kept: EntryView[]; fresh: EntryView[] } {
  const told = new Map(more.map((row) => [identity(row), row]));
  const kept = rows.map((row) => {
    const again = told.get(identity(row));
    told.delete(identity(row));
    return again ?? row;
  });
  return { kept, fresh: [...told.values()] };
}

/** By time, then by the order of arrival, as the engine's cursors have it. */
export function newestFirst(a: EntryView, b: EntryView): number {
  const [atA, idA] = place(a);
  const [atB, idB] = place(b);
  return atB - atA || idB - idA;
}

function place({ cursor }: EntryView): [number, number] {
  const [at = '', id = ''] = cursor.split('.');
  return [Number(at), Number(id)];
}
