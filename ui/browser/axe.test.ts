import { afterAll, beforeAll, expect, test } from 'vitest';

import { SCREENS } from '../src/state/screens';
import { faults } from './faults';
import { openPage, picture, type Opened } from './page';

let gallery: Opened;

beforeAll(async () => {
  gallery = await openPage('gallery.html?part=all');
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
    for (const screen of SCREENS.filter((name) => name !== 'inbox')) {
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
