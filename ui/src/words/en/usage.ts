import { number } from '../numbers';
import type { SumBy } from '../../gen';
import type { Measure, Span } from '../usage';

export const usage = {
  by: { source: 'By source', agent: 'By agent' } satisfies Record<SumBy, string>,
  spans: {
    day: 'Last 24 hours',
    week: 'Last 7 days',
    month: 'Last 30 days',
    year: 'Last 12 months',
  } satisfies Record<Span, string>,
  measures: {
    tokens: 'Tokens in and out',
    cost: 'Cost in US dollars',
  } satisfies Record<Measure, string>,
  chart: (measure: string, span: string) => `${measure} · ${span}`,
  inSpan: (span: string, amount: string) => `${span}: ${amount}`,
  noAgent: 'no agent',
  others: (many: number) => `${number(many)} others`,
  together: 'Together',
  title: 'What tasks took',
  byWhom: 'By whom',
  measure: 'What is measured',
  none: 'Nothing was taken in this time, as far as your sources tell.',
  captionFor: (span: string) => `What tasks took · ${span}`,
  adding: 'Adding up…',
};
