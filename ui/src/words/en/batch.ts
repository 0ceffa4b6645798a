import { number } from '../numbers';
import { plural } from './plural';
import type { Word } from '../../state/batch.svelte';

export const batch = {
  title: 'Chosen',
  chosen: (asks: number) => `${number(asks)} chosen`,
  ask: {
    yes: (asks: number) => plural(asks, { one: 'Approve this one?', other: 'Approve these #?' }),
    no: (asks: number) => plural(asks, { one: 'Deny this one?', other: 'Deny these #?' }),
  } satisfies Record<Word, (asks: number) => string>,
  go: {
    yes: (asks: number) => `Approve ${number(asks)}`,
    no: (asks: number) => `Deny ${number(asks)}`,
  } satisfies Record<Word, (asks: number) => string>,
  changed: (changed: number) => `${number(changed)} changed since you looked: not among them`,
  approveAll: 'Approve all…',
  denyAll: 'Deny all…',
  clear: 'Clear',
  hash: 'The hash of what you looked at',
};
