import type {
  AgentState,
  AskView,
  FindingState,
  Millis,
  ReceiptView,
  Severity,
  SourceView,
  TaskStatus,
  ThreadState,
  When,
} from '../gen';
import type { Tone } from './link';
import { say } from './say';
import { plain } from './visible';

/** What this version does not know is said as the server says it. */
function known(words: Readonly<Record<string, string>>, word: string): string {
  return (Object.hasOwn(words, word) ? words[word] : undefined) ?? plain(word);
}

/** The state of an agent in a word. */
export function agentWord(state: AgentState): string {
  return known(say.agents.states, state);
}

export function agentTone(state: AgentState): Tone {
  switch (state) {
    case 'running':
      return 'good';
    case 'working':
      return 'busy';
    case 'needsLogin':
      return 'bad';
    default:
      return 'off';
  }
}

export function threadTone(state: ThreadState): Tone {
  if (state === 'busy') return 'busy';
  return state === 'idle' ? 'good' : 'off';
}

export function taskTone(state: TaskStatus): Tone {
  switch (state) {
    case 'running':
    case 'waiting':
      return 'busy';
    case 'done':
      return 'good';
    case 'failed':
      return 'bad';
    default:
      return 'off';
  }
}

export function stateWord(state: TaskStatus | ThreadState | FindingState): string {
  return known(say.states, state);
}

/** A phase as a person writes it: servers name theirs `input_required`. */
export function phaseWords(phase: string): string {
  return plain(phase.replaceAll('_', ' '));
}

/** How bad one finding is. */
export function severityWord(severity: Severity): string {
  return known(say.findings.severities, severity);
}

/** What those are called that are as bad. */
export function severityTitle(severity: Severity): string {
  return known(say.findings.groups, severity);
}

export function severityTone(severity: Severity): 'plain' | 'wait' | 'no' {
  if (severity === 'error') return 'no';
  return severity === 'warning' ? 'wait' : 'plain';
}

/** Who, and for which source. */
export function whoWhere(agent: string | null, source: SourceView | undefined, id: string): string {
  const name = source?.name ?? id;
  return agent === null ? name : `${plain(agent)} · ${name}`;
}

/** What keeps an agent, in a few words. */
export function blockedWords(asks: readonly AskView[]): string {
  return say.agents.blocked(asks.length);
}

export function millis(when: When): Millis {
  return 'said' in when ? when.said : when.seen;
}

/** What became of an intent, after its label. */
export function verdictWords(receipt: Pick<ReceiptView, 'verdict' | 'note'>): string {
  const note = receipt.note.trim();
  const noted = (words: string): string => (note === '' ? words : `${words} ${note}`);
  const words = say.intents.verdicts[receipt.verdict];
  return receipt.verdict === 'pending' || receipt.verdict === 'discarded' ? words : noted(words);
}
