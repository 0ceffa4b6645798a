import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { AskView } from '../../src/gen';
import type { Stage } from './stage';
import { World } from './world';

const MINUTE = 60_000;

let world: World;
let stage: Stage;

beforeAll(async () => {
  ({ world, stage } = await World.live());
});

afterAll(() => world.close());

/** What waits and is like that. */
async function waiting(is: (ask: AskView) => boolean): Promise<AskView> {
  const found = (await world.asks()).find((ask) => ask.state === 'open' && is(ask));
  if (found === undefined) throw new Error('nothing like that waits');
  return found;
}

/** Somebody at the hive asks for an agent of that name. */
async function spawn(name: string): Promise<AskView> {
  const is = ({ subject }: AskView): boolean => subject.type === 'spawn' && subject.agent === name;
  await stage.elsewhere('/request-spawn', { name });
  await expect.poll(async () => (await world.asks()).some(is)).toBe(true);
  return waiting(is);
}

/** Says yes to it by its button. */
async function press(ask: AskView): Promise<void> {
  await world.show(ask.key);
  await world.find('ask-detail').locator('footer [data-tone="yes"]').first().click();
}

test('a change is read and approved by a key, and its server has the answer', async () => {
  const ask = await waiting(
    ({ subject }) => subject.type === 'diff' && subject.unified.includes('MemoryMax'),
  );
  await world.show(ask.key);
  await world.find('diff').getByText('MemorySwapMax').waitFor();
  await world.armed();
  await world.page.keyboard.press('a');
  await world.ends(ask.key, 'approved');
  expect(await stage.pending()).not.toContain(Number(ask.key.split(':')[1]));
});

test('a question with options is answered by keys alone', async () => {
  const many = ({ offers }: AskView): boolean =>
    offers.some(({ fields }) => fields.some(({ input }) => input.type === 'pick' && input.many));
  const ask = await waiting((one) => one.dialect === 'hyperhive' && many(one));
  await world.show(ask.key);
  await world.armed();
  for (const key of ['1', '2', 'e']) await world.page.keyboard.press(key);
  await world.ends(ask.key, 'answered');
  await expect.poll(() => world.find('outcome').textContent()).toContain('tokio 1.53');
});

test('a form says what is missing where it is missing, keeps a draft over a reload, and is sent', async () => {
  const ask = await waiting(({ kind }) => kind === 'form');
  await world.show(ask.key);
  await world.find('field-note').fill('The label is torn.');
  await world.find('field-note').press('Control+Enter');
  await expect.poll(() => world.focused()).toBe('field-barcode');
  await world.find('field-barcode').fill('40417788');
  await world.find('field-read_on').fill('2026-11-19');
  // A draft is handed to the engine a moment after the last key.
  await expect
    .poll(async () => JSON.stringify((await world.command({ command: 'draft.list' })).rows))
    .toContain('2026-11-19');
  await world.page.reload();
  await world.show(ask.key);
  await expect.poll(() => world.find('field-barcode').inputValue()).toBe('40417788');
  await world.find('field-note').press('Control+Enter');
  await world.ends(ask.key, 'answered');
});

test('every dialect has an answer', async () => {
  for (const dialect of ['ailang', 'warren', 'opencode']) {
    const ask = await waiting((one) => one.dialect === dialect);
    await world.show(ask.key);
    const words = world.find('ask-detail').locator('.body textarea, .body input:not([type])').first();
    if (ask.kind === 'question' && (await words.count()) > 0) await words.fill('Yes, and list them.');
    await press(ask);
    await world.find('ask-detail', { key: ask.key, state: 'settled' }).waitFor();
  }
});

test('several are chosen, listed, and approved at once', async () => {
  const asks = [await spawn('clerk-1'), await spawn('clerk-2'), await spawn('clerk-3')];
  for (const { key } of asks) {
    await world.show(key);
    await world.armed();
    await world.page.keyboard.press('x');
    await world.find('choose').and(world.page.locator('[aria-pressed="true"]')).waitFor();
  }
  await world.page.keyboard.press('Shift+A');
  const listed = await world.find('batch-row').evaluateAll((rows) => rows.map((row) => row.dataset['key']));
  expect(listed).toEqual(asks.map(({ key }) => key));
  await world.find('dialog-confirm').click();
  for (const { key } of asks) {
    await world.find('ask-row', { key }).click();
    await world.ends(key, 'approved');
  }
});

test('an answer is taken back with a key before it leaves, and its server never heard of it', async () => {
  await world.undo(MINUTE);
  const ask = await spawn('undecided');
  await press(ask);
  await world.find('ask-detail', { key: ask.key, state: 'held' }).waitFor();
  await world.page.keyboard.press('z');
  await world.find('ask-detail', { key: ask.key, state: 'open' }).waitFor();
  expect(await stage.pending()).toContain(Number(ask.key.split(':')[1]));
});

test('who answered first is told, and what it was', async () => {
  const ask = await spawn('contested');
  await press(ask);
  await world.find('ask-detail', { key: ask.key, state: 'held' }).waitFor();
  await stage.elsewhere(`/deny/${ask.key.split(':')[1]}`, { note: 'Not before Friday.' });
  await world.ends(ask.key, 'denied');
  const told = await world.find('outcome').textContent();
  expect(told).toContain('Not before Friday.');
  const { rows } = await world.command({ command: 'receipt.list', key: ask.key });
  expect(rows.map(({ verdict }) => verdict)).toEqual(['lost']);
  expect(told).toContain(rows[0]?.note);
  await world.undo(0);
});

test('what is snoozed waits below, and wakes when it is told to', async () => {
  const ask = await spawn('later');
  await world.show(ask.key);
  await world.find('snooze').selectOption({ index: 1 });
  await world.find('snoozed').waitFor();
  await world.page.locator('h3', { hasText: 'Snoozed' }).waitFor();
  await world.find('snoozed').getByRole('button').click();
  await world.find('snooze').waitFor();
  await world.page.locator('h3', { hasText: 'Snoozed' }).waitFor({ state: 'detached' });
});

test('of a long list only what is seen is there, and the row that is looked at', async () => {
  const rows = world.find('ask-row');
  for (let n = 0; n < 320; n++) await stage.elsewhere('/request-spawn', { name: `many-${n}` });
  const isLast = ({ subject }: AskView): boolean => subject.type === 'spawn' && subject.agent === 'many-319';
  await expect.poll(async () => (await world.asks()).some(isLast), { timeout: MINUTE }).toBe(true);
  expect((await world.asks()).length).toBeGreaterThan(320);
  await world.go('inbox');
  await expect.poll(() => rows.count()).toBeLessThan(100);
  const last = await waiting(isLast);
  await world.page.keyboard.press('Control+k');
  await world.find('palette-words').fill('many-319');
  await world.find('palette-row').filter({ hasText: 'many-319' }).first().click();
  const row = world.find('ask-row', { key: last.key });
  await expect.poll(() => isSeen(row)).toBe(true);
  expect(await rows.count()).toBeLessThan(100);
  // One up and one down, so that the row has the focus; then it is scrolled away.
  for (const key of ['k', 'j']) await world.page.keyboard.press(key);
  const focused = (): Promise<boolean> => row.evaluate((row) => row === document.activeElement);
  await expect.poll(focused).toBe(true);
  await world.page.locator('.rows').evaluate((rows) => (rows.scrollTop = 0));
  await expect.poll(() => isSeen(rows.first())).toBe(true);
  expect(await isSeen(row)).toBe(false);
  expect(await focused()).toBe(true);
  // What comes in above the list moves it down, and its first row with it.
  await rows.first().evaluate((first) => {
    const note = document.createElement('div');
    note.style.height = '4000px';
    first.closest('ul')?.parentElement?.before(note);
  });
  await world.page.locator('.rows').evaluate(async (pane) => {
    pane.scrollTop = 4000;
    // What was there before is there until the list has heard of it.
    for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
  });
  await expect.poll(() => isSeen(world.page.locator('li[aria-posinset="1"]'))).toBe(true);
  await world.page.reload();
});

/** Whether it is where the operator can see it. A list stands at whole pixels, its rows between them. */
async function isSeen(row: Locator): Promise<boolean> {
  return row.evaluate((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    const list = row.closest('.rows')?.getBoundingClientRect();
    return list !== undefined && top > list.top - 1 && bottom < list.bottom + 1;
  });
}
