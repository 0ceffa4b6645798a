import type { DiffFile } from './parse';

/** One line of the tree of files: a folder, or a file by its place in the diff. */
export interface Branch {
  name: string;
  depth: number;
  file: number | null;
}

interface Folder {
  folders: Map<string, Folder>;
  files: { name: string; at: number }[];
}

/** The files of a diff in their folders, folders first as they come. A folder that holds one folder alone is one with it. */
export function tree(files: readonly DiffFile[]): Branch[] {
  const root: Folder = { folders: new Map(), files: [] };
  for (const [at, { path }] of files.entries()) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = root;
    for (const part of parts.slice(0, DEEPEST)) folder = within(folder, part);
    folder.files.push({ name: [...parts.slice(DEEPEST), name].join('/'), at });
  }
  return branches(root, 0);
}

/** Deeper folders are part of the file's name: a path is an agent's word, and may be made of slashes. */
const DEEPEST = 12;

function within(folder: Folder, name: string): Folder {
  const found = folder.folders.get(name) ?? { folders: new Map(), files: [] };
  folder.folders.set(name, found);
  return found;
}

function branches(folder: Folder, depth: number): Branch[] {
  const found: Branch[] = [];
  for (const [name, start] of folder.folders) {
    let [path, inner] = [name, start];
    for (;;) {
      const [only] = inner.folders;
      if (only === undefined || inner.folders.size > 1 || inner.files.length > 0) break;
      path = `${path}/${only[0]}`;
      inner = only[1];
    }
    found.push({ name: `${path}/`, depth, file: null }, ...branches(inner, depth + 1));
  }
  for (const { name, at } of folder.files) found.push({ name, depth, file: at });
  return found;
}
