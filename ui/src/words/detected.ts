import type { Detected, SourceId } from '../gen';
import type { Tone } from './link';
import { say } from './say';

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
      return say.sources.locked(who.title);
    case 'known':
      return say.sources.known(nameOf(who.source));
    case 'other':
      return say.sources.somethingElse;
  }
}
