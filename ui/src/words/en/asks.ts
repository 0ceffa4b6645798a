import type { AskKind, AskStateWord, AskView } from '../../gen';

/** What can be done to an ask. */
export type Deed = 'approved' | 'denied' | 'answered' | 'cancelled';

export const asks = {
  kinds: {
    question: 'question',
    form: 'form',
    unknown: 'unknown kind',
  } satisfies Record<Exclude<AskKind, 'approval'>, string>,
  /** What an approval is called by what it is about. */
  subjects: {
    diff: 'change',
    command: 'command',
    tool: 'tool',
    spawn: 'new agent',
    nothing: 'approval',
    text: 'approval',
  } satisfies Record<AskView['subject']['type'], string>,
  somebody: 'somebody',
  wants: {
    question: (who: string) => `${who} asks`,
    form: (who: string) => `${who} asks you to fill in a form`,
    unknown: (who: string) => `${who} waits for you`,
    diff: (who: string) => `${who} asks to make a change`,
    command: (who: string) => `${who} asks to run a command`,
    tool: (who: string, tool: string) => `${who} asks to use ${tool}`,
    spawn: (agent: string) => `somebody asks for the new agent ${agent}`,
    approval: (who: string) => `${who} asks for your approval`,
  },
  outcomes: {
    byUs: {
      approved: 'You approved this',
      denied: 'You denied this',
      answered: 'You answered',
      cancelled: 'You cancelled this',
    } satisfies Record<Deed, string>,
    byNobody: {
      approved: 'Approved',
      denied: 'Denied',
      answered: 'Answered',
      cancelled: 'Cancelled',
    } satisfies Record<Deed, string>,
    byOther: (deed: string, who: string) => `${deed} by ${who}`,
    plain: (deed: string) => `${deed}.`,
    noted: (deed: string, note: string) => `${deed}: “${note}”.`,
    expired: 'The deadline passed. It counts as no answer, not as a denial.',
    failed: 'It was approved and then failed.',
    failedNoted: (note: string) => `It was approved and then failed: ${note}`,
    vanished:
      'The server no longer knows this ask and never said what became of it. It was neither approved nor denied.',
    settled: 'This is settled.',
  },
  urgent: 'urgent',
  urgentBy: {
    server: (source: string) => `${source} calls it urgent`,
    source: (source: string) => `urgent, as you set all from ${source}`,
    kind: {
      approval: 'urgent, as you set all approvals',
      question: 'urgent, as you set all questions',
      form: 'urgent, as you set all forms',
      unknown: 'urgent, as you set all unknown kinds',
    } satisfies Record<AskKind, string>,
  },
  justAsked: 'just asked, no deadline',
  waits: (time: string) => `waits for ${time}, no deadline`,
  expires: 'expires in {}, then counts as no answer',
  exactly: 'You approve exactly this {}. If it changes before your answer leaves, nothing is sent.',
  hash: 'The hash of all that is shown here',
  passed: 'the deadline has passed: waiting for the server’s word',
  chosen: 'Chosen',
  choose: 'Choose',
  asked: 'What is asked',
  unknownKind:
    'This version of Deskbell does not know this kind of ask. Answer it where it comes from; what came is below, as it came.',
  yourAnswer: 'Your answer',
  chosenToo: ', chosen',
  states: {
    open: 'open',
    held: 'held',
    sending: 'sending',
    sent: 'sent',
    settled: 'settled',
    stuck: 'stuck',
  } satisfies Record<AskStateWord, string>,
  until: (time: string) => `until ${time}`,
};
