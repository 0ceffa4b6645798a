import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { longDiff } from '../src/gallery/diffs';
import { openPage, picture, type Opened } from './page';

let gallery: Opened;
let page: Page;

beforeAll(async () => {
  gallery = await openPage('gallery.html?part=desk');
  page = gallery.page;
  await page.setViewportSize({ width: 1280, height: 900 });
});

afterAll(() => gallery.close());

/** Where the buttons are, in pixels. */
async function buttons(): Promise<string[]> {
  return page.$$eval('[data-testid="ask-detail"] footer [data-testid^="offer-"]', (found) =>
    found.map((button) => {
      const { x, y, width, height } = button.getBoundingClientRect();
      return [button.textContent?.trim(), x, y, width, height].join(' ');
    }),
  );
}

const show = (at: number): Promise<void> =>
  page.evaluate((at) => {
    const { app, asks } = window.desk ?? { app: undefined, asks: [] };
    app?.inbox.select(asks[at]?.key ?? null);
  }, at);

test('the buttons stay where they are when a change comes late, colours come, and the operator is refused', async () => {
  await show(0);
  await page.waitForSelector('[data-testid="diff"] .keyword');
  const before = await buttons();
  expect(before.length).toBeGreaterThan(1);
  // The change is scrolled, not the window: they are on screen.
  expect(await page.evaluate(() => document.querySelector('footer')?.getBoundingClientRect().bottom)).toBe(
    900,
  );
  await page.evaluate((unified) => {
    const { host, asks } = window.desk ?? {};
    const row = asks?.[0];
    if (host === undefined || row === undefined) throw new Error('there is no desk');
    host.push({ patch: 'ask', row: { ...row, subject: { type: 'diff', unified }, shown: 'another' } });
    // The press that was meant for the change before.
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>('[data-testid="offer-approve"]')?.click(),
    );
  }, longDiff(3000));
  await page.waitForSelector('[role="alert"]');
  expect(await page.textContent('[role="alert"]')).toContain('This came up just now');
  await page.waitForSelector('[data-testid="diff"] .keyword');
  expect(await buttons()).toEqual(before);
});

test('the buttons stay where they are when a note is missing', async () => {
  await show(1);
  await page.waitForSelector('[data-testid="reach-always"]');
  const before = await buttons();
  await page.click('[data-testid="offer-deny"]');
  await page.waitForSelector('[aria-invalid]');
  expect(await buttons()).toEqual(before);
  await picture(page, 'page-command');
});
