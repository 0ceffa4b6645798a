import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Stage } from './stage';
import { World } from './world';

let world: World;
let stage: Stage;

beforeAll(async () => {
  world = await World.open();
  stage = await world.visit();
});

afterAll(() => world.close());

test('a source is added with a test that says what it found', async () => {
  const hive = stage.drafts.find(({ dialect }) => dialect === 'hyperhive');
  const url = hive?.url ?? '';
  await world.find('first-add').click();
  await world.find('source-dialect').selectOption('hyperhive');
  await world.find('source-name').fill('');
  await world.find('source-save').click();
  // What is missing has the focus.
  await expect.poll(() => world.focused()).toBe('source-name');
  await world.find('source-name').fill('The hive');
  await world.find('source-url').fill(`${url}/nowhere`);
  await world.find('source-test').click();
  await world.find('source-report', { ok: 'false' }).waitFor();
  await world.find('source-url').fill(url);
  await world.find('source-test').click();
  await world.find('source-report', { ok: 'true' }).waitFor();
  await world.find('source-save').click();
  await world.find('source-row', { source: 'the-hive', link: 'live' }).waitFor();
});

test('a source is given another name, paused, and live again', async () => {
  await world.find('source-edit').click();
  await world.find('source-name').fill('Our hive');
  await world.find('source-save').click();
  await world.find('source-row', { source: 'the-hive' }).getByText('Our hive').waitFor();
  await world.find('source-pause').click();
  await world.find('source-row', { source: 'the-hive', link: 'off' }).waitFor();
  await world.find('source-pause').click();
  await world.find('source-row', { source: 'the-hive', link: 'live' }).waitFor();
});

test('a source is removed once that is confirmed, and the desk begins anew', async () => {
  await world.find('source-remove').click();
  await world.find('source-remove-confirm').click();
  await world.find('source-row').waitFor({ state: 'detached' });
  expect((await world.command({ command: 'source.list' })).rows).toEqual([]);
  await world.go('inbox');
  await world.find('first-run').waitFor();
  expect(world.complaints).toEqual([]);
});
