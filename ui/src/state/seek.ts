/** What is found by words of its title, or of what is said about it. */
export interface Sought {
  title: string;
  about: string;
}

/** A row with its words as they are compared. */
export interface Prepared<T extends Sought> {
  row: T;
  title: string;
  about: string;
}

/** How well a word fits: the title begins with it, a word of the title does, the title has it, what is said has it. */
const ABOUT = 3;

export function prepare<T extends Sought>(row: T): Prepared<T> {
  return { row, title: row.title.toLowerCase(), about: row.about.toLowerCase() };
}

/** The rows that have all the words, the best first, and at most so many. Equally good ones keep their order. */
export function seek<T extends Sought>(rows: readonly Prepared<T>[], words: string, most: number): T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const best: T[][] = [];
  for (const row of rows) {
    const fit = fitOf(row, wanted);
    if (fit === null) continue;
    const equal = (best[fit] ??= []);
    if (equal.length < most) equal.push(row.row);
    // Nothing fits better than the first kind: once it fills the list, the rest need not be looked at.
    if (best[0]?.length === most) break;
  }
  return best.flat().slice(0, most);
}

function fitOf(row: Prepared<Sought>, wanted: readonly string[]): number | null {
  let fit = 0;
  for (const word of wanted) {
    const at = row.title.indexOf(word);
    if (at === 0) continue;
    if (at > 0) fit += beginsWord(row.title, word, at) ? 1 : 2;
    else if (row.about.includes(word)) fit += ABOUT;
    else return null;
  }
  return fit;
}

function beginsWord(title: string, word: string, first: number): boolean {
  for (let at = first; at !== -1; at = title.indexOf(word, at + 1)) {
    if (!/[\p{L}\p{N}]/u.test(title.charAt(at - 1))) return true;
  }
  return false;
}
