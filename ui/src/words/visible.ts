/** A piece of a text: as it is, or a character that would not be seen, by its number. */
export interface Piece {
  text: string;
  hidden: boolean;
}

/** Whatever changes how text is read without being seen itself, and spaces that only look like one. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00A0\u2000-\u200A\u202F\u205F\u3000]/gu;

/** Of those, what has no place even in prose; the rest joins emoji and shapes scripts. */
const TREACHEROUS = /[\p{Cc}\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E0FFF}]/gu;

const HIDDEN = new RegExp(`(?![\\n\\t])${UNSEEN.source}`, 'u');

/** Cuts code or a command so that nothing in it stays hidden. */
export function pieces(text: string): Piece[] {
  return cut(text, UNSEEN);
}

/** A text of prose with what reorders or smuggles made visible. */
export function plain(text: string): string {
  // Nearly every text is as it should be, and there are a hundred thousand of them.
  if (text.search(TREACHEROUS) < 0) return text;
  return cut(text, TREACHEROUS)
    .map((piece) => piece.text)
    .join('');
}

/** A number, a sum or a time as a locale writes it, without the spaces that only a server would hide something in. */
export function spaced(text: string): string {
  return text.replace(/[\u00A0\u202F]/g, ' ');
}

/** Whether anything in a text would not be seen. */
export function hides(text: string): boolean {
  // Line ends and tabs are seen by what they do.
  return text.search(HIDDEN) >= 0;
}

function cut(text: string, hidden: RegExp): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(hidden)) {
    const [character] = match;
    if (character === '\n' || character === '\t') continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index), hidden: false });
    found.push({ text: name(character), hidden: true });
    from = match.index + character.length;
  }
  if (from < text.length) found.push({ text: text.slice(from), hidden: false });
  return found;
}

function name(character: string): string {
  const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `‹U+${number.padStart(4, '0')}›`;
}
