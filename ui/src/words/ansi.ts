/** The colours of a terminal by name. Bright ones are the same: both must be read in both themes. */
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

type Colour = (typeof COLOURS)[number];

/** A run of text in one dress. */
export interface Run {
  text: string;
  colour: Colour | null;
  ground: Colour | null;
  /** What it is beside its colours. What is concealed is not: everything is to be seen. */
  bold: boolean;
  faint: boolean;
  italic: boolean;
  underlined: boolean;
  struck: boolean;
  inverse: boolean;
}

type Dress = Omit<Run, 'text'>;

const BARE: Dress = {
  colour: null,
  ground: null,
  bold: false,
  faint: false,
  italic: false,
  underlined: false,
  struck: false,
  inverse: false,
};

/**
 * What dresses, with its numbers; or what moves or erases, which has nothing but numbers in it. Whatever else begins
 * with an escape may carry words: it stays, to be seen.
 */
const SEQUENCE = new RegExp(String.raw`${String.fromCharCode(27)}\[([\d;:]*)([A-HJKSTfhlmnsu])`, 'g');

/** Whether there is anything to dress. */
export function isDressed(text: string): boolean {
  return text.search(SEQUENCE) >= 0;
}

/** The text without what dresses, moves and erases. */
export function bare(text: string): string {
  return text.replace(SEQUENCE, '');
}

/** What a program wrote for a terminal, as runs. A line that was written over stands above the one that did. */
export function runs(text: string): Run[] {
  const found: Run[] = [];
  const lines = text.replace(/\r+\n?/g, '\n');
  let dress = BARE;
  let from = 0;
  const add = (until: number): void => {
    if (until > from) found.push({ text: lines.slice(from, until), ...dress });
  };
  for (const match of lines.matchAll(SEQUENCE)) {
    add(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') dress = dressed(dress, match[1] ?? '');
  }
  add(lines.length);
  return found;
}

function dressed(before: Dress, numbers: string): Dress {
  let dress = { ...before };
  const codes = numbers.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) dress = { ...BARE };
    else if (code === 38 || code === 48) {
      const { colour, length } = mixed(codes.slice(at + 1));
      at += length;
      if (colour !== null) dress[code === 38 ? 'colour' : 'ground'] = colour;
    } else dress = { ...dress, ...(simple(code) ?? {}) };
  }
  return dress;
}

function simple(code: number): Partial<Dress> | null {
  const colour = COLOURS[code % 10] ?? null;
  const tens = Math.floor(code / 10);
  if (tens === 3 || tens === 9) return { colour };
  if (tens === 4 || tens === 10) return { ground: colour };
  switch (code) {
    case 1:
      return { bold: true };
    case 2:
      return { faint: true };
    case 3:
      return { italic: true };
    case 4:
      return { underlined: true };
    case 7:
      return { inverse: true };
    case 9:
      return { struck: true };
    case 22:
      return { bold: false, faint: false };
    case 23:
      return { italic: false };
    case 24:
      return { underlined: false };
    case 27:
      return { inverse: false };
    case 29:
      return { struck: false };
    default:
      return null;
  }
}

/** One of 256 colours, or one of all; and how many numbers that took. */
function mixed([kind, ...numbers]: number[]): { colour: Colour | null; length: number } {
  if (kind === 2) {
    const [red = 0, green = 0, blue = 0] = numbers;
    return { colour: nearest(red, green, blue), length: 4 };
  }
  if (kind !== 5) return { colour: null, length: 0 };
  const number = numbers[0] ?? 0;
  if (number < 16) return { colour: COLOURS[number % 8] ?? null, length: 2 };
  if (number > 231) return { colour: number > 243 ? 'white' : 'black', length: 2 };
  const cube = number - 16;
  return { colour: nearest(Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6), length: 2 };
}

/** The one of the eight that is most like it: what counts is which lights are on. */
function nearest(red: number, green: number, blue: number): Colour {
  const most = Math.max(red, green, blue);
  const isOn = (light: number): boolean => most > 0 && light > most * 0.6;
  const bits = (isOn(red) ? 1 : 0) + (isOn(green) ? 2 : 0) + (isOn(blue) ? 4 : 0);
  return COLOURS[bits] ?? 'white';
}
