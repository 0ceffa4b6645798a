/** Where keys work. Those of two places never meet where no screen has both. */
export type Place = 'everywhere' | 'lists' | 'asks' | 'sources';

interface Row {
  place: Place;
  /**
   * As `KeyboardEvent.key` in lower case; `shift+d`; `mod+k` with Ctrl or ⌘; `g i` for one after the other; `1-9` for
   * any of these.
   */
  keys: string;
  /** What leaves and walks is the same in every program. */
  fixed?: true;
}

const row = (place: Place, keys: string): Row => ({ place, keys });
const fixed = (place: Place, keys: string): Row => ({ place, keys, fixed: true });

/** Every key of the window, as it comes: what is pressed, what is shown on buttons and what can be set begin here. */
const ROWS = {
  nextWaiting: row('everywhere', 'w'),
  undo: row('everywhere', 'z'),
  palette: row('everywhere', 'mod+k'),
  inbox: row('everywhere', 'g i'),
  agents: row('everywhere', 'g a'),
  threads: row('everywhere', 'g t'),
  tasks: row('everywhere', 'g k'),
  findings: row('everywhere', 'g f'),
  history: row('everywhere', 'g h'),
  sources: row('everywhere', 'g s'),
  settings: row('everywhere', 'g ,'),
  help: row('everywhere', '?'),
  back: fixed('everywhere', 'escape'),
  next: row('lists', 'j'),
  previous: row('lists', 'k'),
  down: fixed('lists', 'arrowdown'),
  up: fixed('lists', 'arrowup'),
  open: row('lists', 'enter'),
  find: row('lists', '/'),
  approve: row('asks', 'a'),
  deny: row('asks', 'd'),
  denyAtOnce: row('asks', 'shift+d'),
  send: row('asks', 'e'),
  pick: row('asks', '1-9'),
  choose: row('asks', 'x'),
  approveAll: row('asks', 'shift+a'),
  addSource: row('sources', 'n'),
} satisfies Record<string, Row>;

export type KeyName = keyof typeof ROWS;

export const TABLE: Readonly<Record<KeyName, Row>> = ROWS;

export const NAMES = Object.keys(ROWS) as KeyName[];

/** What is pressed for each; nothing where it is switched off. */
export type Held = Readonly<Record<KeyName, string | null>>;

/** What was set and is not as it comes. Who keeps it knows nothing of keys. */
export type Changes = Readonly<Record<string, string | null>>;

const SINGLE = String.raw`(?:shift\+[a-z]|f[1-9]|f1[0-2]|[^\sA-Z])`;
const KEYS = new RegExp(String.raw`^(?:(?:mod\+)?${SINGLE}|${SINGLE} ${SINGLE})$`, 'u');
/** Copying and the like: a page without them is broken. */
const PAGE = new Set(['a', 'c', 'v', 'x', 'y', 'z', 'shift+z'].map((key) => `mod+${key}`));

/** Whether these can be the keys of something. */
export function canBe(name: KeyName, keys: string): boolean {
  if (keys === TABLE[name].keys) return true;
  return TABLE[name].fixed !== true && name !== 'pick' && KEYS.test(keys) && !PAGE.has(keys);
}

/** What can be pressed. */
export function pressed(keys: string): string[] {
  return keys === '1-9' ? ['1', '2', '3', '4', '5', '6', '7', '8', '9'] : [keys];
}

/** Whether it writes a character: what dictating, or a cat, presses too. */
export function isSingle(keys: string): boolean {
  return keys === '1-9' || keys.split(' ').some((key) => /^(?:shift\+)?.$/u.test(key));
}

/** What else these keys would do where this works. */
export function taker(name: KeyName, keys: string, held: Held): KeyName | undefined {
  return NAMES.find((other) => {
    const theirs = held[other];
    return other !== name && theirs !== null && areNear(TABLE[name].place, TABLE[other].place)
      ? meet(keys, theirs)
      : false;
  });
}

/** Puts what was set in the place of how the keys come. What cannot be is left out, and named. */
export function hold(changes: Changes): { held: Held; bad: string[] } {
  const bad: string[] = [];
  const good = new Map<KeyName, string | null>();
  for (const [name, keys] of Object.entries(changes)) {
    if (isName(name) && (keys === null ? TABLE[name].fixed !== true : canBe(name, keys)))
      good.set(name, keys);
    else bad.push(name);
  }
  // One that is left out has its own key again, which another may have taken: until there is nothing to leave out.
  for (;;) {
    const held = put(good);
    const clashes = [...good].filter(
      ([name, keys]) => keys !== null && taker(name, keys, held) !== undefined,
    );
    if (clashes.length === 0) return { held, bad };
    for (const [name] of clashes) {
      good.delete(name);
      bad.push(name);
    }
  }
}

function put(good: ReadonlyMap<KeyName, string | null>): Held {
  const all = NAMES.map((name) => [name, good.has(name) ? (good.get(name) ?? null) : TABLE[name].keys]);
  return Object.fromEntries(all) as Held;
}

function isName(name: string): name is KeyName {
  return Object.hasOwn(ROWS, name);
}

function areNear(one: Place, other: Place): boolean {
  return one === other || [one, other].some((place) => place === 'everywhere' || place === 'lists');
}

/** The same keys, or one that is the first of two. */
function meet(one: string, other: string): boolean {
  return pressed(one).some((a) =>
    pressed(other).some((b) => a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `)),
  );
}
