import type { Link, SourceView } from '../gen';
import { say } from './say';
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
    case 'connecting':
    case 'refused':
      return say.links[link.state];
    case 'waiting':
      return link.until > now ? say.links.nextTry(countdown(link.until - now)) : say.links.trying;
    case 'off':
      return source.paused ? say.links.paused : say.links.off;
  }
}

/** Until when what is shown of a source that is not live is known to hold; exactly, for those who look closer. */
export function asOf(source: SourceView | undefined, now: number): { short: string; exact: string } | null {
  if (source === undefined || source.asOf === null) return null;
  return {
    short: say.links.asOf(moment(source.asOf, now)),
    exact: say.links.asOfAbout(source.name, exact(source.asOf)),
  };
}

/** A setting of a dialect as a label: `allowPlainHttp` and `server_json` in words. */
export function settingWords(name: string): string {
  const words = name
    .replaceAll('_', ' ')
    .replace(/(?<=[a-z])[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
