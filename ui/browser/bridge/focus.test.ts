import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Stage } from './stage';
import { World } from './world';

let world: World;
let stage: Stage;

beforeAll(async () => {
  ({ world, stage } = await World.live());
});

afterAll(() => world.close());

/** The key of the row that has the focus. */
function row(): Promise<string | null> {
  return world.page.evaluate(
    () => document.activeElement?.closest('[data-key]')?.getAttribute('data-key') ?? null,
  );
}

test('the row that has the focus ends elsewhere: once it is gone, its neighbour has it', async () => {
  // Names that no other ask has in its words.
  for (const name of ['clerk-1', 'clerk-2', 'clerk-3']) await stage.elsewhere('/request-spawn', { name });
  const rows = world.find('ask-row').filter({ hasText: /clerk-\d/ });
  await expect.poll(() => rows.count()).toBe(3);
  const keys = await rows.evaluateAll((rows) => rows.map((row) => row.dataset['key'] ?? ''));
  // Another one is looked at: this one does not stay for that.
  await rows.nth(0).click();
  await rows.nth(1).focus();
  await world.page.mouse.move(1200, 500);
  await stage.elsewhere(`/deny/${keys[1]?.split(':')[1]}`, { note: 'no' });
  await world.find('ask-row', { key: keys[1] ?? '' }).waitFor({ state: 'detached' });
  await expect.poll(row).toBe(keys[2]);
});

test('the button that was pressed is gone: the title of what it answered has the focus', async () => {
  await stage.elsewhere('/request-spawn', { name: 'pressed' });
  const ask = world.find('ask-row').filter({ hasText: 'pressed' });
  await world.show((await ask.getAttribute('data-key')) ?? '');
  await world.find('offer-approve').focus();
  await world.armed();
  await world.page.keyboard.press('Enter');
  await world.find('outcome').waitFor();
  await expect.poll(() => world.page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
});

test('where only one has room, the focus goes with the operator to what is opened and back to its row', async () => {
  await world.page.setViewportSize({ width: 480, height: 900 });
  for (const [screen, name] of [
    ['inbox', 'ask-row'],
    ['agents', 'agent-row'],
    ['history', 'entry-row'],
    ['sources', 'source-row'],
  ] as const) {
    await world.go(screen);
    await world.find(name).nth(1).click();
    await expect.poll(() => world.page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
    await world.page.locator('.back button').click();
    await expect.poll(() => world.focused()).toBe(name);
  }
});
