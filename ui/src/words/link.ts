import type { Auth, EntryKind, Link, SourceView } from '../gen';
import { countdown, exact, moment } from './time';

/** How a link is, for a dot. */
export type Tone = 'good' | 'busy' | 'bad' | 'off';

export function linkTone(link: Link): Tone {
  switch (link.state) {
    case 'live':
      return 'good';
    case 'connecting':
    case 'waiting':
      return 'busy';
    case 'refused':
      return 'bad';
    case 'off':
      return 'off';
  }
}

/** A link in a few words; `now` in Unix milliseconds. */
export function linkWords(source: Pick<SourceView, 'link' | 'paused'>, now: number): string {
  const { link } = source;
  switch (link.state) {
    case 'live':
      return 'live';
    case 'connecting':
      return 'connecting';
    case 'waiting':
      return link.until > now ? `next try in ${countdown(link.until - now)}` : 'trying again';
    case 'refused':
      return 'refused';
    case 'off':
      return source.paused ? 'paused' : 'off';
  }
}

/** Until when what is shown of a source that is not live is known to hold; exactly, for those who look closer. */
export function asOf(source: SourceView | undefined, now: number): { short: string; exact: string } | null {
  if (source === undefined || source.asOf === null) return null;
  return {
    short: `as of ${moment(source.asOf, now)}`,
    exact: `${source.name} is not live. This is what it had at ${exact(source.asOf)}. An answer is kept until it is back, and is sent if this still waits then.`,
  };
}

export function authWords(auth: Auth['type']): string {
  switch (auth) {
    case 'none':
      return 'Nothing';
    case 'bearer':
      return 'Bearer token';
    case 'basic':
      return 'User and password';
    case 'header':
      return 'A header';
    case 'cookie':
      return 'A cookie';
    case 'query':
      return 'A part of the address';
  }
}

/** A setting of a dialect as a label: `allowPlainHttp` and `server_json` in words. */
export function settingWords(name: string): string {
  const words = name
    .replaceAll('_', ' ')
    .replace(/(?<=[a-z])[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What each kind of entry is called on screen. */
export const ENTRY_WORDS: Record<EntryKind, string> = {
  message: 'message',
  stream: 'stream',
  turn: 'turn',
  lifecycle: 'lifecycle',
  ask: 'ask',
  receipt: 'receipt',
  finding: 'finding',
  odd: 'odd frame',
  gap: 'gap',
  notice: 'notification',
};

/** `1 ask`, `2 asks`: a number with its word, as the locale writes numbers. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString()} ${n === 1 ? one : many}`;
}
