import { afterAll, beforeAll, expect, test } from 'vitest';

import { World } from './world';

let world: World;

beforeAll(async () => {
  ({ world } = await World.live());
});

afterAll(() => world.close());

test('an agent is stopped once its name is typed or its dialog is confirmed, and the agent stops', async () => {
  await world.go('agents');
  await world.find('agent-row', { key: 'build-hive/agent:scout' }).click();
  const detail = world.find('agent-detail', { key: 'build-hive/agent:scout' });
  await detail.getByTestId('offer-kill').click();
  await world.find('offer-dialog').waitFor();
  await world.find('dialog-cancel').click();
  await world.find('offer-dialog').waitFor({ state: 'detached' });
  // The focus is back where the dialog came from.
  await expect.poll(() => world.focused()).toBe('offer-kill');
  await world.page.keyboard.press('Enter');
  await world.find('dialog-confirm').click();
  await world.find('outcome', { verdict: 'won' }).waitFor();
  await world.find('agent-row', { key: 'build-hive/agent:scout', state: 'stopped' }).waitFor();
});

test('a thread is read to its beginning, and something is said in it', async () => {
  await world.go('threads');
  const thread = world.find('thread-row').filter({ hasText: 'Write the importer of the survey' });
  await thread.first().click();
  const reader = world.find('thread-reader');
  await reader.getByText('The sheets of the sequencer are read').waitFor();
  const words = world.find('composer').locator('textarea');
  await words.fill('Leave the samples without a depth out.');
  await words.press('Enter');
  await world.find('outcome', { verdict: 'won' }).waitFor();
  await reader.getByText('Leave the samples without a depth out.', { exact: true }).waitFor();
  await expect.poll(() => words.inputValue()).toBe('');
});

test('a task says what it took, and leads to its thread', async () => {
  await world.go('tasks');
  await world.find('task-row').filter({ hasText: 'Write the importer of the survey' }).first().click();
  await world.find('task-detail').getByText('Tokens in').waitFor();
  await world.find('show-usage').click();
  await world.find('usage').locator('table').first().waitFor({ state: 'attached' });
  await world.find('task-row').filter({ hasText: 'Write the importer of the survey' }).first().click();
  await world
    .find('task-detail')
    .getByRole('button', { name: /^Read “/ })
    .click();
  await world.find('thread-reader').getByText('The sheets of the sequencer are read').waitFor();
});

test('a finding is found by its path and overridden with a reason', async () => {
  await world.go('findings');
  const all = await world.find('finding-row').count();
  await world.find('findings-query').fill('Run_2026-11-02');
  await expect.poll(() => world.find('finding-row').count()).toBeLessThan(all);
  await world.find('finding-row').first().click();
  await world.find('finding-detail').getByTestId('offer-override').click();
  await world
    .find('offer-dialog')
    .locator('textarea, input')
    .first()
    .fill('It was moved by hand, and the record is in the lab book.');
  await world.find('dialog-confirm').click();
  await world.find('outcome', { verdict: 'won' }).waitFor();
  await world.find('finding-row', { state: 'overridden' }).waitFor();
});

test('a word or two in the palette find an ask and go there', async () => {
  const asks = await world.asks();
  const form = asks.find(({ kind }) => kind === 'form');
  await world.go('history');
  await world.page.keyboard.press('ControlOrMeta+k');
  await world.find('palette-words').fill(form?.title.split(' ').slice(0, 2).join(' ') ?? '');
  await world
    .find('palette-row')
    .filter({ hasText: form?.title ?? '' })
    .first()
    .waitFor();
  await world.page.keyboard.press('Enter');
  await world.find('ask-detail', { key: form?.key ?? '' }).waitFor();
});

test('the keys of where the operator is are listed, and closed with Escape', async () => {
  await world.go('inbox');
  await world.page.keyboard.press('?');
  const keys = world.find('key-help');
  await keys.getByText('Next that waits').waitFor();
  await keys.getByText('Deny: a reason first').waitFor();
  await world.page.keyboard.press('Escape');
  await keys.waitFor({ state: 'detached' });
});
