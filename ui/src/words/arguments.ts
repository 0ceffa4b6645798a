/** One line of what a tool is called with: a name, and a value or the beginning of a group. */
export interface Argument {
  depth: number;
  /** Which argument it belongs to, by its place; none at the top. */
  parent: number | null;
  /** In a list its number. */
  name: string | null;
  is: 'words' | 'plain' | 'group' | 'list';
  /** The words without their escapes; anything else as it was sent. Empty for a group. */
  text: string;
  /** Of a group: how many it has. */
  size: number;
}

interface Open {
  row: number;
  argument: Argument;
  /** The next string is a name. */
  naming: boolean;
  name: string | null;
}

/** Longer, in characters, is not taken apart. */
const LARGEST = 1_000_000;

/**
 * JSON as lines to be read, in the order it was sent, double names and all. Null for anything but a group or a list,
 * and for what is too large.
 */
export function readArguments(json: string): Argument[] | null {
  const text = json.trim();
  if (text.length > LARGEST) return null;
  if (!text.startsWith('{') && !text.startsWith('[')) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const rows: Argument[] = [];
  const open: Open[] = [];
  const add = (is: Argument['is'], words: string): Argument => {
    const above = open.at(-1);
    const list = above?.argument.is === 'list';
    if (above !== undefined) above.argument.size += 1;
    const name = list ? String(above.argument.size) : (above?.name ?? null);
    const row = { depth: open.length, parent: above?.row ?? null, name, is, text: words, size: 0 };
    rows.push(row);
    return row;
  };
  // The text is JSON: what is left to do is to tell names from values.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs)) {
    const above = open.at(-1);
    if (token === '{' || token === '[') {
      const argument = add(token === '[' ? 'list' : 'group', '');
      open.push({ row: rows.length - 1, argument, naming: token === '{', name: null });
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ',') {
      if (above !== undefined) above.naming = above.argument.is === 'group';
    } else if (token === ':') {
      if (above !== undefined) above.naming = false;
    } else if (token.startsWith('"')) {
      const words = JSON.parse(token) as string;
      if (above?.naming === true) above.name = words;
      else add('words', words);
    } else {
      add('plain', token);
    }
  }
  return rows;
}

/** What an edit takes away and what it puts there. */
export interface Edit {
  path: string;
  before: string;
  after: string;
}

/** How tools call the two. */
const PAIRS = [
  ['oldString', 'newString'],
  ['old_string', 'new_string'],
  ['old_str', 'new_str'],
  ['oldText', 'newText'],
  ['old_text', 'new_text'],
] as const;

const PATHS = new Set(['filePath', 'file_path', 'filepath', 'path', 'file']);

/** The edits among the arguments: wherever an old and a new text stand side by side, each only once. */
export function editsOf(rows: readonly Argument[]): Edit[] {
  const groups = new Map<number, Argument[]>();
  for (const row of rows) {
    if (row.parent === null || row.is !== 'words') continue;
    const members = groups.get(row.parent);
    if (members === undefined) groups.set(row.parent, [row]);
    else members.push(row);
  }
  const found: Edit[] = [];
  for (const [group, members] of groups) {
    for (const [old, fresh] of PAIRS) {
      const [before, ...more] = members.filter((row) => row.name === old);
      const [after, ...others] = members.filter((row) => row.name === fresh);
      if (before === undefined || after === undefined || more.length + others.length > 0) continue;
      found.push({ path: pathOf(rows, group), before: before.text, after: after.text });
    }
  }
  return found;
}

/** The file that a group is about, or one of those it is in. */
function pathOf(rows: readonly Argument[], group: number): string {
  for (let at: number | null = group; at !== null; at = rows[at]?.parent ?? null) {
    const path = rows.find((row) => row.parent === at && row.is === 'words' && PATHS.has(row.name ?? ''));
    if (path !== undefined) return path.text;
  }
  return '';
}
