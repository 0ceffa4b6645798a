import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the page and the gallery, as they would be shipped. */
    pages: string;
  }
}

/** Builds both pages once for all tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-pages-'));
  await build({
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true, rolldownOptions: { input: ['index.html', 'gallery.html'] } },
  });
  project.provide('pages', folder);
  return () => rm(folder, { recursive: true });
}
