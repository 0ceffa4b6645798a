import type { Novelty } from '../../gen';
import { number } from '../numbers';

export const findings = {
  open: (open: number) => `${number(open)} open`,
  ruleOrPath: 'Rule or path',
  lastAudit: 'The last audit',
  all: 'All findings',
  severities: { error: 'error', warning: 'warning', info: 'info' },
  groups: { error: 'errors', warning: 'warnings', info: 'info' },
  news: { added: 'new', changed: 'changed', removed: 'removed' } satisfies Record<Novelty, string>,
  newsAt: (news: string, time: string) => `${news}, ${time}`,
  audited: {
    added: (many: number) => `Last audit added: ${number(many)}`,
    changed: (many: number) => `Last audit changed: ${number(many)}`,
    removed: (many: number) => `Last audit removed: ${number(many)}`,
  } satisfies Record<Novelty, (many: number) => string>,
  noMatch: 'No finding like that',
  noMatchAdvice: 'None has all that you filter by.',
  none: 'Nothing was found',
  noneAdvice: 'What audits of your sources find appears here, the worst first.',
  unchosen: 'What audits found',
  unchosenAdvice: 'Choose a finding to see the rule, the place and what you can do.',
  path: 'Path',
  rule: 'Rule',
  state: 'State',
  seen: 'Seen',
  lastAudited: 'Last audit',
};
