import type { Key } from '../gen';

/** A link that brings this ask on screen, wherever it is clicked. */
export function linkTo(key: Key): string {
  const [source = '', ...item] = key.split('/');
  const part = (text: string): string => encodeURIComponent(text).replaceAll('%3A', ':');
  return `deskbell://ask/${part(source)}/${part(item.join('/'))}`;
}
