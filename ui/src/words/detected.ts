import type { Detected, SourceId } from '../gen';
import type { Tone } from './link';

/** Who listens there, for a dot. */
export function detectedTone(who: Detected): Tone {
  switch (who.is) {
    case 'server':
    case 'known':
      return 'good';
    case 'locked':
      return 'busy';
    case 'other':
      return 'off';
  }
}

/** Who listens there, in a few words. */
export function detectedWords(who: Detected, nameOf: (source: SourceId) => string): string {
  switch (who.is) {
    case 'server':
      return who.title;
    case 'locked':
      return `Wants a login; ${who.title} perhaps`;
    case 'known':
      return `Your source ${nameOf(who.source)}`;
    case 'other':
      return 'Something else';
  }
}
