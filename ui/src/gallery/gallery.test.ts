import { expect, test } from 'vitest';

const kit = import.meta.glob<string>('../kit/**/*.svelte', { query: '?raw', import: 'default', eager: true });
const page = import.meta.glob<string>('./*.svelte', { query: '?raw', import: 'default', eager: true });

/** The files in which a part stands on the page, by its tag. */
const uses = (files: Record<string, string>, tag: string): string[] =>
  Object.keys(files).filter((file) => new RegExp(`<${tag}[\\s/>]`).test(files[file] ?? ''));

test('every part of the kit is in the gallery, by itself or in the part whose piece it is', () => {
  const missing = Object.keys(kit).filter((file) => {
    const [folder, tag] = /kit\/(.*?)(\w+)\.svelte$/.exec(file)?.slice(1) ?? [];
    if (tag === undefined) return true;
    // What stands in a folder of its own is a piece of one large part.
    const whole =
      folder === '' ? {} : Object.fromEntries(Object.entries(kit).filter(([f]) => f.includes(`/${folder}`)));
    return !uses({ ...page, ...whole }, tag).some((user) => user !== file);
  });
  expect(Object.keys(kit).length).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});

test('every file of the gallery stands on its page', () => {
  const roots = ['./Gallery.svelte', './Long.svelte'];
  const missing = Object.keys(page).filter((file) => {
    const tag = file.replace(/^.*\/|\.svelte$/g, '');
    return !roots.includes(file) && uses(page, tag).length === 0;
  });
  expect(missing).toEqual([]);
});
