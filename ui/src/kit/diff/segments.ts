import { pieces } from '../../words/visible';
import type { Span } from './words';

/** A part of a line that looks the same from its beginning to its end. */
export interface Segment {
  text: string;
  /** What it is in its language. */
  tone: Tone | null;
  /** It differs from the line it replaces. */
  marked: boolean;
  /** A character that would not be seen, by its number. */
  hidden: boolean;
}

/** What a part of code is; its colour. The order is the worker's. */
export const TONES = ['keyword', 'string', 'number', 'comment', 'name', 'type', 'meta'] as const;
export type Tone = (typeof TONES)[number];

/** Colours of one line, three numbers each: from, up to, which of `TONES`. */
export type Colours = Uint32Array;

/** Cuts a line where its look changes. The text is the line's own, whatever marks and colours say. */
export function segments(text: string, marks: readonly Span[], colours: Colours | undefined): Segment[] {
  const cuts = new Set([0, text.length]);
  const cut = (at: number): void => void cuts.add(whole(text, Math.min(at, text.length)));
  for (const [from, to] of marks) {
    cut(from);
    cut(to);
  }
  for (let i = 0; colours !== undefined && i + 2 < colours.length; i += 3) {
    cut(colours[i] ?? 0);
    cut(colours[i + 1] ?? 0);
  }
  const found: Segment[] = [];
  const places = [...cuts].sort((a, b) => a - b);
  for (const [at, from] of places.entries()) {
    const to = places[at + 1];
    if (to === undefined) break;
    const marked = marks.some((mark) => mark[0] <= from && from < mark[1]);
    const tone = toneAt(colours, from);
    for (const piece of pieces(text.slice(from, to))) found.push({ ...piece, tone, marked });
  }
  return found;
}

/** A place between two characters: one written as two halves is not cut in the middle. */
function whole(text: string, at: number): number {
  const half = (unit: number, first: number): boolean => unit >= first && unit < first + 0x400;
  const isWithin = half(text.charCodeAt(at), 0xdc00) && half(text.charCodeAt(at - 1), 0xd800);
  return isWithin ? at - 1 : at;
}

function toneAt(colours: Colours | undefined, place: number): Tone | null {
  for (let i = 0; colours !== undefined && i + 2 < colours.length; i += 3) {
    if ((colours[i] ?? 0) <= place && place < (colours[i + 1] ?? 0))
      return TONES[colours[i + 2] ?? -1] ?? null;
  }
  return null;
}
