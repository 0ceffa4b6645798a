import { existsSync, mkdirSync } from 'node:fs';

import { chromium, type Page } from 'playwright-core';
import { preview } from 'vite';
import { inject } from 'vitest';

/** Where Chromium is, where it is not told. Nothing is downloaded. */
const PLACES = [
  process.env['DESKBELL_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export interface Opened {
  page: Page;
  /** What the page complained of: errors, and what the policy refused. */
  complaints: string[];
  close: () => Promise<void>;
}

/** A page as it would be shipped, under the policy of the window, in a real browser. */
export async function openPage(path: string): Promise<Opened> {
  const program = PLACES.find((place) => place !== undefined && existsSync(place));
  if (program === undefined)
    throw new Error('There is no Chromium. Install it, or name it in DESKBELL_CHROMIUM.');
  const server = await preview({
    logLevel: 'warn',
    build: { outDir: inject('pages') },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  // A busy machine is slow, not wrong.
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(new URL(path, server.resolvedUrls?.local[0]).href);
  await page.waitForSelector('#app > *');
  return {
    page,
    complaints,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** Keeps a picture where the other pictures are: of what the window shows, or of the whole page. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  const folder = new URL('../../target/shots/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ fullPage, path: new URL(`${name}.png`, folder).pathname });
}
