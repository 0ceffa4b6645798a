import { number } from '../numbers';
import { plural } from './plural';

export const counts = {
  asks: (n: number) => plural(n, { one: '# ask', other: '# asks' }),
  days: (n: number) => plural(n, { one: '# day', other: '# days' }),
  olderLines: (n: number) => plural(n, { one: '# older line was', other: '# older lines were' }),
  characters: (n: number) => plural(n, { one: '# character', other: '# characters' }),
  parts: (n: number) => plural(n, { one: '# part', other: '# parts' }),
  lines: (n: number) => plural(n, { one: '# line', other: '# lines' }),
  files: (n: number) => plural(n, { one: '# file', other: '# files' }),
  linesAdded: (n: number) => plural(n, { one: '# line added', other: '# lines added' }),
  linesRemoved: (n: number) => plural(n, { one: '# line removed', other: '# lines removed' }),
  agents: (n: number) => plural(n, { one: '# agent', other: '# agents' }),
  newEntries: (n: number) => plural(n, { one: '# new entry', other: '# new entries' }),
  waitingAsks: (n: number) => plural(n, { one: '# waiting ask', other: '# waiting asks' }),
  entries: (n: number) => plural(n, { one: '# entry', other: '# entries' }),
  found: (n: number) => `${number(n)} found`,
  tasks: (n: number) => plural(n, { one: '# task', other: '# tasks' }),
  waiting: (n: number) => `${number(n)} waiting`,
};
