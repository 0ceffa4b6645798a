import { afterAll, beforeAll, expect, test } from 'vitest';

import { World } from './world';

let world: World;

beforeAll(async () => {
  ({ world } = await World.live());
});

afterAll(() => world.close());

test('what is set is kept over a reload, and the engine has it', async () => {
  await world.go('settings');
  await world.find('setting-undo').selectOption('20');
  await world.find('setting-private').click();
  await expect
    .poll(async () => (await world.command({ command: 'settings.get' })).settings)
    .toMatchObject({ undoMs: 20_000, ringing: { private: true } });
  await world.page.reload();
  await expect.poll(() => world.find('setting-undo').inputValue()).toBe('20');
  expect(await world.find('setting-private').isChecked()).toBe(true);
});

test('what is cleared is counted first, and its end is said where the history ends', async () => {
  await world.go('settings');
  await world.find('storage-clear').click();
  await world.find('clearing').getByLabel('Source').selectOption({ label: 'Collab hub' });
  await world.find('clearing-age').selectOption('0');
  const go = world.find('clearing-go');
  await go.and(world.page.locator(':enabled')).waitFor();
  const told = await go.textContent();
  expect(told).toMatch(/Clear \d+ lines/);
  const before = await world.lines('collab-hub');
  await go.click();
  await expect.poll(() => world.lines('collab-hub')).toBe(before - Number(/\d+/.exec(told ?? '')?.[0]));
  await world.go('history');
  await world.page.getByLabel('Source', { exact: true }).selectOption({ label: 'Collab hub' });
  await world.find('history-note').waitFor();
});

test('a rule of retention says what it takes out, and takes it out', async () => {
  await world.go('settings');
  await world.find('rule-new').click();
  const rule = world.find('rule');
  await rule.getByLabel('Source').selectOption({ label: 'Build hive' });
  await rule.getByLabel('Kind').selectOption({ label: 'message' });
  await world.find('rule-entries').fill('1');
  await world
    .find('rule-excess')
    .getByText(/About \d+ line/)
    .waitFor();
  await world.find('rule-add').click();
  await world
    .find('storage')
    .getByRole('button', { name: /^Drop the rule/ })
    .waitFor();
  const messages = async (): Promise<number> =>
    (await world.command({ command: 'storage.show' })).storage.shares
      .filter(({ source, kind }) => source === 'build-hive' && kind === 'message')
      .reduce((sum, { entries }) => sum + entries, 0);
  await expect.poll(messages).toBe(1);
});
