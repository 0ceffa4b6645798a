import type { AskView, Ringing, Scope, SourceView } from '../gen';
import { kindsWord } from './ringing';

/** How far an answer reaches that is not for once. */
export const REACH: Record<Exclude<Scope, 'once'>, string> = {
  thread: 'for the rest of this thread',
  always: 'from now on',
};

/** What kind of thing waits, in a word or two. */
export function kindWord(ask: AskView): string {
  switch (ask.kind) {
    case 'question':
      return 'question';
    case 'form':
      return 'form';
    case 'unknown':
      return 'unknown kind';
    case 'approval':
      break;
  }
  switch (ask.subject.type) {
    case 'diff':
      return 'change';
    case 'command':
      return 'command';
    case 'tool':
      return 'tool';
    case 'spawn':
      return 'new agent';
    case 'nothing':
    case 'text':
      return 'approval';
  }
}

/** Who wants what, in a few words. */
export function whoAsks(ask: AskView): string {
  const who = ask.agent ?? 'somebody';
  switch (ask.kind) {
    case 'question':
      return `${who} asks`;
    case 'form':
      return `${who} asks you to fill in a form`;
    case 'unknown':
      return `${who} waits for you`;
    case 'approval':
      break;
  }
  switch (ask.subject.type) {
    case 'diff':
      return `${who} asks to make a change`;
    case 'command':
      return `${who} asks to run a command`;
    case 'tool':
      return `${who} asks to use ${ask.subject.name}`;
    case 'spawn':
      // Who is to be made cannot ask for it.
      return `somebody asks for the new agent ${ask.subject.agent}`;
    case 'nothing':
    case 'text':
      return `${who} asks for your approval`;
  }
}

/** What the detail says beyond the title: a title is often its first line. */
export function beyondTitle(ask: Pick<AskView, 'title' | 'detail'>): string {
  const [first = '', ...rest] = (ask.detail ?? '').trim().split('\n');
  const words = (text: string): string => text.trim().replace(/\s+/g, ' ');
  const isTitle = words(first) === words(ask.title.replace(/ …$/, ''));
  return (isTitle ? rest : [first, ...rest]).join('\n').trim();
}

/** Who and where from, for a row of the list. */
export function whereFrom(ask: AskView, source: SourceView | undefined): string {
  const name = source?.name ?? ask.source;
  return ask.agent === null ? name : `${ask.agent} · ${name}`;
}

/** Why an ask is urgent, in words; nothing where it is not. */
export function urgentWords(ask: AskView, ringing: Ringing, source: string): string | null {
  if (ask.urgency === 'urgent') return `${source} calls it urgent`;
  if (ringing.sources[ask.source] === 'urgent') return `urgent, as you set all from ${source}`;
  if (ringing.kinds[ask.kind] === 'urgent')
    return `urgent, as you set all ${kindsWord(ask.kind).toLowerCase()}`;
  return null;
}

/** Whether the operator is the one everything waits for. */
export function isWaiting(ask: AskView): boolean {
  return ask.state === 'open' || ask.state === 'stuck';
}

/** Whether the operator wants to hear of it later. */
export function isSnoozed(ask: AskView, now: number): boolean {
  return ask.state === 'open' && ask.snoozedUntil !== null && ask.snoozedUntil > now;
}

/** How a settled ask ended: who and what, in one sentence. */
export function outcomeWords(ask: AskView): string {
  const by = ask.by === null || ask.by === 'nobody' ? '' : ask.by;
  const note = ask.outcomeNote?.trim() ?? '';
  const who = (did: string, passive: string): string => {
    if (by === 'us') return `You ${did}`;
    return by === '' ? passive : `${passive} by ${by}`;
  };
  switch (ask.outcome) {
    case 'approved':
      return `${who('approved this', 'Approved')}.`;
    case 'denied':
      return note === '' ? `${who('denied this', 'Denied')}.` : `${who('denied this', 'Denied')}: “${note}”.`;
    case 'answered':
      return note === '' ? `${who('answered', 'Answered')}.` : `${who('answered', 'Answered')}: “${note}”.`;
    case 'cancelled':
      return `${who('cancelled this', 'Cancelled')}.`;
    case 'expired':
      return 'The deadline passed. It counts as no answer, not as a denial.';
    case 'failed':
      return note === '' ? 'It was approved and then failed.' : `It was approved and then failed: ${note}`;
    case 'vanished':
      return 'The server no longer knows this ask and never said what became of it. It was neither approved nor denied.';
    case null:
      return 'This is settled.';
  }
}

/** The outcome in a word or two, for a row of the list. */
export function outcomeWord(ask: AskView): string {
  const by = ask.by === null || ask.by === 'nobody' ? '' : ask.by === 'us' ? ' by you' : ` by ${ask.by}`;
  switch (ask.outcome) {
    case 'approved':
    case 'denied':
    case 'answered':
    case 'cancelled':
      return `${ask.outcome}${by}`;
    case 'expired':
    case 'failed':
    case 'vanished':
      return ask.outcome;
    case null:
      return 'settled';
  }
}
