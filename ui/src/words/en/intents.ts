import type { ReceiptView } from '../../gen';
import { number } from '../numbers';

export const intents = {
  leaves: 'leaves in {} s.',
  leavesIn: (seconds: number) => `leaves in ${number(seconds)} s`,
  kept: (source: string) => `is kept until ${source} is back. It is sent if this still waits then.`,
  sent: 'is sent. Waiting for the server’s word.',
  verdicts: {
    pending: 'is on its way.',
    won: 'is done.',
    lost: 'was not taken.',
    expired: 'came too late.',
    unknown: 'was sent; the server never said what became of it.',
    stuck: 'is stuck.',
    discarded: 'was discarded.',
  } satisfies Record<ReceiptView['verdict'], string>,
  fell: (what: string, became: string) => `“${what}” ${became}`,
  stuck: (what: string, why: string) => `“${what}” is stuck. ${why}`,
  andMore: (more: number) => `and ${number(more)} more`,
  answer: 'Answer',
};
