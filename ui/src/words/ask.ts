import type { AskView, Ringing, SourceView } from '../gen';
import type { Deed } from './en/asks';
import { say } from './say';

/** What kind of thing waits, in a word or two. */
export function kindWord(ask: AskView): string {
  switch (ask.kind) {
    case 'question':
    case 'form':
    case 'unknown':
      return say.asks.kinds[ask.kind];
    case 'approval':
      return say.asks.subjects[ask.subject.type];
  }
}

/** Who wants what, in a few words. */
export function whoAsks(ask: AskView): string {
  const { somebody, wants } = say.asks;
  const who = ask.agent ?? somebody;
  switch (ask.kind) {
    case 'question':
    case 'form':
    case 'unknown':
      return wants[ask.kind](who);
    case 'approval':
      break;
  }
  switch (ask.subject.type) {
    case 'diff':
    case 'command':
      return wants[ask.subject.type](who);
    case 'tool':
      return wants.tool(who, ask.subject.name);
    case 'spawn':
      // Who is to be made cannot ask for it.
      return wants.spawn(ask.subject.agent);
    case 'nothing':
    case 'text':
      return wants.approval(who);
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
  const { urgentBy } = say.asks;
  if (ask.urgency === 'urgent') return urgentBy.server(source);
  if (ringing.sources[ask.source] === 'urgent') return urgentBy.source(source);
  return ringing.kinds[ask.kind] === 'urgent' ? urgentBy.kind[ask.kind] : null;
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
  const { outcomes } = say.asks;
  const note = ask.outcomeNote?.trim() ?? '';
  switch (ask.outcome) {
    case 'approved':
    case 'cancelled':
      return outcomes.plain(did(ask.outcome, ask.by));
    case 'denied':
    case 'answered':
      return note === ''
        ? outcomes.plain(did(ask.outcome, ask.by))
        : outcomes.noted(did(ask.outcome, ask.by), note);
    case 'failed':
      return note === '' ? outcomes.failed : outcomes.failedNoted(note);
    case 'expired':
    case 'vanished':
      return outcomes[ask.outcome];
    case null:
      return outcomes.settled;
  }
}

function did(deed: Deed, by: string | null): string {
  const { byUs, byNobody, byOther } = say.asks.outcomes;
  if (by === 'us') return byUs[deed];
  return by === null || by === 'nobody' ? byNobody[deed] : byOther(byNobody[deed], by);
}

/** The outcome in a word or two, for a row of the list. */
export function outcomeWord(ask: AskView): string {
  const { by, settled, words } = say.outcomes;
  switch (ask.outcome) {
    case 'approved':
    case 'denied':
    case 'answered':
    case 'cancelled':
      if (ask.by === null || ask.by === 'nobody') return words[ask.outcome];
      return ask.by === 'us' ? by.you(words[ask.outcome]) : by.other(words[ask.outcome], ask.by);
    case 'expired':
    case 'failed':
    case 'vanished':
      return words[ask.outcome];
    case null:
      return settled;
  }
}
