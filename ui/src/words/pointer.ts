import type { Pointer } from '../gen';

/** A link that brings this on screen, wherever it is clicked. */
export function linkTo({ at, key }: Pointer): string {
  const [source = '', ...item] = key.split('/');
  const part = (text: string): string => encodeURIComponent(text).replaceAll('%3A', ':');
  return `deskbell://${at}/${part(source)}/${part(item.join('/'))}`;
}
