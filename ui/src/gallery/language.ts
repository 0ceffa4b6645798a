import { en, type Words } from '../words/en';
import type { Languages } from '../words/say';

/** Every text of a language in brackets, those with values too. */
function bracketed<T>(words: T): T {
  const one = (word: unknown): unknown => {
    if (typeof word === 'string') return `⟦${word}⟧`;
    if (typeof word === 'function') return (...values: unknown[]) => one(word(...values) as unknown);
    if (word === null || typeof word !== 'object') return word;
    return Object.fromEntries(Object.entries(word).map(([name, inner]) => [name, one(inner)]));
  };
  return one(words) as T;
}

/** A language that nobody speaks: what is not in brackets is not from the catalogue. */
const madeUp: Words = bracketed(en);

export const LANGUAGES: Languages = { en, 'x-made': madeUp };
