import { number } from './numbers';

/** What is said of a number, by the plural it takes in a language. `#` stands for the number. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** How a language tells one from many; the number is written in full, or as is wanted. */
export function plurals(
  language: string,
): (n: number, forms: Forms, write?: (n: number) => string) => string {
  const rules = new Intl.PluralRules(language);
  return (n, forms, write = number) => (forms[rules.select(n)] ?? forms.other).replace('#', () => write(n));
}
