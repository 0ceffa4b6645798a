import { en, type Words } from './en';

/** A language the window speaks, by its tag. English is always there: it is what the others are held to. */
export type Languages = { en: Words } & Record<string, Words>;

const LANGUAGES: Languages = { en };

/** All that the window says, in the operator's language. */
export let say: Words = en;

/**
 * Speaks the first of the wanted languages that is there, English otherwise; before anything is on screen. Gives back
 * its tag.
 */
export function speak(wanted: readonly string[], languages: Languages = LANGUAGES): string {
  for (const tag of wanted) {
    // Who wants `de-AT` is content with `de`.
    for (const own of [tag, tag.split('-')[0] ?? tag]) {
      const words = Object.hasOwn(languages, own) ? languages[own] : undefined;
      if (words === undefined) continue;
      say = words;
      return own;
    }
  }
  say = languages.en;
  return 'en';
}
