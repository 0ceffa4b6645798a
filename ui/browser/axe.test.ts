import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openGallery, picture, type Gallery } from './gallery';

/** So many places are named for each rule. */
const MOST = 3;

let gallery: Gallery;

/** What keeps somebody from using what is on the page, each with the rule it breaks. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const page = window as unknown as { axe: typeof axe };
    // Each of these is a level of WCAG 2.2 that is asked for.
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return (await page.axe.run({ runOnly })).violations;
  });
  return violations.map(({ id, nodes }) => {
    const where = nodes
      .slice(0, MOST)
      .map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary?.split('\n')[1]?.trim()})`);
    return `${id}, ${nodes.length} times: ${where.join('; ')}`;
  });
}

beforeAll(async () => {
  gallery = await openGallery('all');
});

afterAll(() => gallery.close());

test('every part of the kit can be used by everybody, in both themes', async () => {
  const { page } = gallery;
  // Code is looked at in its colours.
  for (const theme of ['Dark', 'Light']) await page.waitForSelector(`[aria-label="${theme}"] .comment`);
  await picture(page, 'gallery', true);
  expect(await faults(page)).toEqual([]);
  for (const theme of ['dark', 'light']) {
    await page.click(`[data-testid="open-dialog-${theme}"]`);
    await page.waitForSelector(`[data-testid="dialog-${theme}"]`);
    await picture(page, `gallery-dialog-${theme}`);
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.waitForSelector(`[data-testid="dialog-${theme}"]`, { state: 'detached' });
  }
});

for (const theme of ['dark', 'light'] as const) {
  test(`every screen can be used by everybody, ${theme}`, async () => {
    const { page } = gallery;
    await page.emulateMedia({ colorScheme: theme });
    await page.goto(new URL('?part=desk', page.url()).href);
    const found: string[] = [];
    const look = async (what: string): Promise<void> => {
      found.push(...(await faults(page)).map((fault) => `${what}: ${fault}`));
    };
    const asks = await page.evaluate(() => window.desk?.asks.map((ask) => ask.key) ?? []);
    for (const key of asks) {
      await page.evaluate((key) => window.desk?.app.inbox.select(key), key);
      await page.waitForSelector(`[data-testid="ask-detail"][data-key="${key}"]`);
      await look(key);
      await picture(page, `page-${key.replace(/\W/g, '-')}-${theme}`);
    }
    for (const screen of [
      'agents',
      'threads',
      'tasks',
      'findings',
      'history',
      'sources',
      'settings',
    ] as const) {
      await page.evaluate((screen) => window.desk?.app.screen.go(screen), screen);
      await page.waitForFunction(
        (title) => document.querySelector('h1')?.textContent?.toLowerCase() === title,
        screen,
      );
      const row = await page.$('[data-testid$="-row"]');
      await row?.click();
      if (screen === 'settings') {
        await page.click('[data-testid="rule-new"]');
        await page.locator('[data-testid="storage-parts"]').scrollIntoViewIfNeeded();
        await picture(page, `page-storage-${theme}`);
        await page.setViewportSize({ width: 480, height: 1000 });
        await page.locator('[data-testid="rule"]').scrollIntoViewIfNeeded();
        await picture(page, `page-storage-narrow-${theme}`);
        await look('storage, narrow');
        await page.setViewportSize({ width: 1600, height: 1000 });
      }
      await look(screen);
    }
    expect(found).toEqual([]);
    expect(gallery.complaints).toEqual([]);
  });
}
