import { expect, test } from 'vitest';

import { prepare, Rows, Seeking, type Prepared, type Sought } from './seek';

function seek<T extends Sought>(rows: Iterable<Prepared<T>>, words: string, most: number): T[] {
  const seeking = new Seeking(new Rows(rows), words, most);
  seeking.look(() => true);
  return seeking.found;
}

function titles(words: string, rows: readonly (readonly [string, string])[], most = 9): string[] {
  const prepared = rows.map(([title, about]) => prepare<Sought>({ title, about }));
  return seek(prepared, words, most).map((row) => row.title);
}

const ROWS = [
  ['Notes', 'what the baker said'],
  ['The crumbaker', 'hive'],
  ['Ask the baker', 'hive'],
  ['Baker', 'agent'],
  ['Deploy', 'nothing to do with it'],
] as const;

test('what begins with a word comes first, then a word of the title, a part of one, and what is said about it', () => {
  expect(titles('baker', ROWS)).toEqual(['Baker', 'Ask the baker', 'The crumbaker', 'Notes']);
});

test('the first letters of its words are short for a title; a title that has them in one comes later', () => {
  const rows = [
    ['Target', ''],
    ['Restart nginx', ''],
    ['Add ripgrep', ''],
    ['Add the big ring', ''],
    ['Argue', ''],
  ] as const;
  expect(titles('arg', rows)).toEqual(['Argue', 'Target']);
  expect(titles('ari', rows)).toEqual(['Add ripgrep', 'Add the big ring']);
  expect(titles('abr', rows)).toEqual(['Add the big ring']);
  expect(titles('adrin', rows)).toEqual(['Add the big ring']);
  expect(titles('ra', rows)).toEqual([]);
});

/** Five hundred that share all their words with others. */
const MANY = [
  'add archive close copy delete deploy install merge migrate open pause publish rebase remove rename restart rotate sign tag update',
  'ripgrep,the parser,the billing table,nginx,the api key,the docs site,postgres,the search index,node 22,the login page,a backup job,the mail queue,openssl,the survey import,kernel 6.12,the price list,terraform,a feature flag,the audit log,python 3.13,the checkout,image cache,the soil map,two hosts,the release notes',
] as const;

/** Two or three first letters of its words. */
function shorts(title: string): string[] {
  let found = [''];
  for (const word of title.split(' '))
    found = found.flatMap((short) => [0, 1, 2, 3].map((letters) => short + word.slice(0, letters)));
  return found.filter((short) => short.length === 2 || short.length === 3);
}

test('any of five hundred is among the first nine after three letters at most', () => {
  const all = MANY[0].split(' ').flatMap((verb) => MANY[1].split(',').map((thing) => `${verb} ${thing}`));
  expect(all).toHaveLength(500);
  const rows = all.map((title, at) =>
    prepare<Sought>({
      title: `Apply ${(at * 7919 + 65537).toString(16)}: ${title}`,
      about: 'coder · hive, change',
    }),
  );
  const isFound = (title: string): boolean =>
    shorts(title).some((short) => seek(rows, short, 9).some((row) => row.title.endsWith(`: ${title}`)));
  expect(all.filter((title) => !isFound(title))).toEqual([]);
});

test('a title that repeats itself is no trouble', () => {
  expect(titles('aaaaaaab', [['a '.repeat(5000), '']])).toEqual([]);
});

test('all the words are wanted, in any order and in upper or lower case', () => {
  expect(titles('HIVE the', ROWS)).toEqual(['The crumbaker', 'Ask the baker']);
  expect(titles('hive nobody', ROWS)).toEqual([]);
});

test('without words all are there in their order, and never more than asked for', () => {
  expect(titles('  ', ROWS, 2)).toEqual(['Notes', 'The crumbaker']);
  expect(titles('a', ROWS, 3)).toHaveLength(3);
});

test('a better one is not lost to many that are worse', () => {
  const worse = Array.from({ length: 100 }, (_, n) => [`unbaker ${n}`, ''] as const);
  expect(titles('baker', [...worse, ['baker', '']], 5)[0]).toBe('baker');
});

/** Always the same, as if by chance: below a number. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('what a letter more finds is the same after those before it, wherever their search had come to', () => {
  const any = chance(7);
  const letters = (most: number): string =>
    Array.from({ length: 1 + any(most) }, () => 'abAΣß1-'.charAt(any(7))).join('');
  const phrase = (words: number): string =>
    Array.from({ length: 1 + any(words) }, () => letters(4)).join(' ');
  let [sought, few] = [0, 0];
  for (let round = 0; round < 30; round += 1) {
    const all = Array.from({ length: 3500 }, () => prepare({ title: phrase(5), about: phrase(2) }));
    const rows = new Rows(all);
    const words = phrase(3);
    let before: Seeking<Sought> | undefined;
    for (let key = 1; key <= words.length; key += 1) {
      const typed = words.slice(0, key);
      const unfinished = new Seeking(rows, typed, 20, before);
      let pieces = any(6);
      unfinished.look(() => (pieces -= 1) > 0);
      before = unfinished;
      if (key < words.length) continue;
      unfinished.look(() => true);
      const found = seek(all, typed, 20);
      expect(unfinished.found, typed).toEqual(found);
      sought += 1;
      if (found.length < 20) few += 1;
    }
  }
  expect([sought, few > 5]).toEqual([30, true]);
});

test('a letter before the others finds what they did not', () => {
  const rows = new Rows([prepare<Sought>({ title: 'Add ripgrep', about: '' })]);
  const before = new Seeking(rows, 'dri', 9);
  before.look(() => true);
  const after = new Seeking(rows, 'adri', 9, before);
  after.look(() => true);
  expect([before.found.length, after.found.length]).toEqual([0, 1]);
});

test('a letter more looks at nothing again that had not the letters before', () => {
  const rows = new Rows(
    Array.from({ length: 3000 }, (_, n) => prepare({ title: n % 3 === 0 ? 'baker' : 'miller', about: '' })),
  );
  const before = new Seeking(rows, 'b', 2000);
  before.look(() => true);
  const pieces = (seeking: Seeking<Sought>): number => {
    let count = 0;
    seeking.look(() => (count += 1) > 0);
    return count;
  };
  const after = new Seeking(rows, 'ba', 2000, before);
  const of = pieces(after);
  expect([after.isDone, after.found.length]).toEqual([true, 1000]);
  expect(of).toBeLessThan(pieces(new Seeking(rows, 'ba', 2000)) / 2);
});

test('without time it looks at a few, makes no more of them, and goes on where it was', () => {
  let made = 0;
  const rows = new Rows(
    (function* () {
      for (; made < 4000; made += 1)
        yield prepare<Sought>({ title: made === 3600 ? 'last' : 'other', about: '' });
    })(),
  );
  const seeking = new Seeking(rows, 'last', 9);
  seeking.look(() => false);
  expect([seeking.isDone, seeking.found, made < 1100]).toEqual([false, [], true]);
  seeking.look(() => true);
  expect([seeking.isDone, seeking.found.map((row) => row.title)]).toEqual([true, ['last']]);
});

test('of a hundred thousand the best are found within 50 ms a key, also where nothing was sought before', () => {
  const rows = Array.from({ length: 100_000 }, (_, n) =>
    prepare({ title: `Thread ${n} about ${(n * 7919).toString(36)}`, about: `hive prod · idle ${n % 97}` }),
  );
  const words = 'thread 9 hive 2r';
  seek(rows, 'warm', 50);
  // The processor's time, and the best of a few: what else the machine does is not measured.
  const took = (key: number): number => {
    const begun = process.cpuUsage();
    seek(rows, words.slice(0, key), 50);
    return process.cpuUsage(begun).user / 1000;
  };
  const best = (key: number): number => Math.min(...Array.from({ length: 12 }, () => took(key)));
  const slowest = Math.max(...[1, 4, 8, 12, words.length].map(best));
  console.info(`a key among 100 000: ${slowest.toFixed(1)} ms at most`);
  expect(slowest).toBeLessThan(50);
});
