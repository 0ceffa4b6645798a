import type { Millis, SourceId, SourceView, Whose } from '../gen';
import { money, shortly } from './numbers';
import { say } from './say';
import { plain } from './visible';

export type Span = 'day' | 'week' | 'month' | 'year';

export type Measure = 'tokens' | 'cost';

const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const month = new Intl.DateTimeFormat(undefined, { month: 'short', year: '2-digit' });

/** The name of the time that begins then. */
export function timeWord(at: Millis, span: Span): string {
  switch (span) {
    case 'day':
      return hour.format(at);
    case 'week':
      return weekday.format(at);
    case 'month':
      return day.format(at);
    case 'year':
      return month.format(at);
  }
}

export function whoseWords(whose: Whose, sources: ReadonlyMap<SourceId, SourceView>): string {
  if (whose.whose === 'all') return say.usage.together;
  if (whose.whose === 'others') return say.usage.others(whose.many);
  const name = sources.get(whose.source)?.name ?? whose.source;
  if (whose.whose === 'source') return name;
  return `${whose.agent === null ? say.usage.noAgent : plain(whose.agent)} · ${name}`;
}

export function amountWords(amount: number, measure: Measure): string {
  return measure === 'cost' ? money(amount) : shortly(amount);
}
