import type {
  AgentState,
  AskView,
  FindingState,
  Millis,
  Novelty,
  ReceiptView,
  Severity,
  SourceView,
  TaskStatus,
  ThreadState,
  When,
} from '../gen';
import type { Tone } from './link';
import { plain, spaced } from './visible';

/** The state of an agent in a word; what this version does not know is said as the server says it. */
export function agentWord(state: AgentState): string {
  return state === 'needsLogin' ? 'needs login' : plain(state);
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
  return plain(state);
}

/** A phase as a person writes it: servers name theirs `input_required`. */
export function phaseWords(phase: string): string {
  return plain(phase.replaceAll('_', ' '));
}

export function severityWord(severity: Severity): string {
  switch (severity) {
    case 'error':
      return 'errors';
    case 'warning':
      return 'warnings';
    default:
      return plain(severity);
  }
}

/** What the last audit did to a finding. */
export function novelWord(what: Novelty): string {
  return what === 'added' ? 'new' : what;
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
  return asks.length === 1 ? 'waits for you' : `waits for you, ${asks.length} asks`;
}

export function millis(when: When): Millis {
  return 'said' in when ? when.said : when.seen;
}

const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const dollars = new Intl.NumberFormat(undefined, {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
});

/** A large number where there is little room: `34.1K`; a dash where the server does not tell. */
export function shortly(n: number | null): string {
  return n === null ? '–' : short.format(n);
}

/** Millionths of a US dollar as money. */
export function money(micros: number | null): string {
  return micros === null ? '–' : spaced(dollars.format(micros / 1_000_000));
}

/** What became of an intent, after its label. */
export function verdictWords(receipt: Pick<ReceiptView, 'verdict' | 'note'>): string {
  const note = receipt.note.trim();
  const noted = (words: string): string => (note === '' ? words : `${words} ${note}`);
  switch (receipt.verdict) {
    case 'pending':
      return 'is on its way.';
    case 'won':
      return noted('is done.');
    case 'lost':
      return noted('was not taken.');
    case 'expired':
      return noted('came too late.');
    case 'unknown':
      return noted('was sent; the server never said what became of it.');
    case 'stuck':
      return noted('is stuck.');
    case 'discarded':
      return 'was discarded.';
  }
}
