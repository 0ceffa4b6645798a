import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { World } from './world';

let world: World;

beforeAll(async () => {
  ({ world } = await World.live());
  // Coordinators have their own words for no.
  const change = (await world.asks()).find(
    ({ subject, offers }) => subject.type === 'diff' && offers.some(({ id }) => id === 'deny'),
  );
  await world.show(change?.key ?? '');
  await world.find('offer-deny').click();
  await world.ends(change?.key ?? '', 'denied');
  await world.go('history');
});

afterAll(() => world.close());

/** The lines on screen, as the operator reads them. How long ago they were changes by itself. */
function lines(): Promise<string[]> {
  return world
    .find('entry-row')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll(':scope > :not(.time)')].map((part) => part.textContent).join(' '),
      ),
    );
}

/** How many the timeline says are found; not a number as long as it says how many there are. */
async function foundOnStrip(): Promise<number> {
  const said = await world
    .find('timeline-bar')
    .evaluateAll((bars) => bars.map((bar) => /: (\d+) found$/.exec(bar.ariaLabel ?? '')?.[1]));
  return said.reduce((sum, count) => sum + Number(count), 0);
}

test('words find what has them, and nothing else', async () => {
  await world.find('history-search').fill('soil');
  await expect
    .poll(async () => {
      const found = await world.find('entry-row').locator('mark').allTextContents();
      return found.length > 0 && found.every((mark) => /soil/i.test(mark));
    })
    .toBe(true);
  await expect.poll(foundOnStrip).toBeGreaterThan(0);
  await world.find('history-order').selectOption('best');
  await world.find('entry-row').first().waitFor();
  await world.find('history-search').fill('no line has these words');
  await world.page.getByText('Nothing like that happened').waitFor();
  await expect.poll(foundOnStrip).toBe(0);
  await world.page.getByRole('button', { name: 'Show everything' }).click();
  await world.find('entry-row').first().waitFor();
});

test('what was denied is found by its outcome, and opened with its frame, its receipt and what is around it', async () => {
  await world.find('history-outcome').selectOption('denied');
  await world.find('history-by').selectOption('Us');
  await world.page.getByLabel('Kind', { exact: true }).selectOption('receipt');
  await expect.poll(() => world.find('entry-row').count()).toBe(1);
  await world.find('entry-row').click();
  await world.find('receipt', { verdict: 'won' }).waitFor();
  await world.find('entry-subject').getByText('MemoryMax').first().waitFor();
  expect(await world.find('entry-raw').textContent()).toContain('deny');
  await world.find('entry-around').and(world.page.locator(':enabled')).first().click();
  await world.find('entry-detail').and(world.page.locator('[data-key*="approval"]')).waitFor();
});

test('a search is saved under a name, and looked for again by one press', async () => {
  await world.find('save-search').click();
  await world.find('search-name').fill('What I denied');
  await world.find('search-save').click();
  const saved = world.find('saved-search');
  await saved.waitFor();
  const denied = await lines();
  await world.find('history-outcome').selectOption('approved');
  await expect.poll(lines).toEqual([]);
  await saved.click();
  await expect.poll(lines).toEqual(denied);
  await world.page.reload();
  await saved.click();
  await expect.poll(lines).toEqual(denied);
  for (const choice of ['history-outcome', 'history-by']) await world.find(choice).selectOption('');
  await world.page.getByLabel('Kind', { exact: true }).selectOption('');
});

test('a day is gone to, and a time is brushed in the timeline', async () => {
  const today = await world.page.evaluate(() => new Date().toLocaleDateString('sv'));
  await world.find('history-jump').fill(today);
  await world.find('entry-row').first().waitFor();
  const bars = world.find('timeline-bar');
  const strip = await world.find('timeline').locator('.strip').boundingBox();
  if (strip === null) throw new Error('there is no timeline');
  const y = strip.y + strip.height / 2;
  await world.page.mouse.move(strip.x + strip.width / 2, y);
  await world.page.mouse.down();
  await world.page.mouse.move(strip.x + strip.width - 1, y, { steps: 4 });
  await world.page.mouse.up();
  await world.find('history-range').waitFor();
  const pressed = await bars.and(world.page.locator('[aria-pressed="true"]')).count();
  expect(pressed).toBeGreaterThan(1);
  expect(pressed).toBeLessThan(await bars.count());
  await world.find('history-any-time').click();
  await world.find('history-range').waitFor({ state: 'detached' });
});

test('an export is a file with every line of what is looked at', async () => {
  await world.page.getByLabel('Source', { exact: true }).selectOption({ label: 'Lab bench' });
  await expect.poll(async () => (await lines()).every((line) => line.includes('Lab bench'))).toBe(true);
  await world.find('export').click();
  const download = world.page.waitForEvent('download');
  await world.find('export-start').click();
  const file = await (await download).path();
  const text = await readFile(file, 'utf8');
  const entries = text.split('\n').filter((line) => line.includes('"item"'));
  expect(entries.length).toBe(await world.lines('lab-bench'));
  await world
    .find('export-done')
    .getByText(new RegExp(`${entries.length} entries`))
    .waitFor();
  await world.find('export-close').click();
  await world.page.getByLabel('Source', { exact: true }).selectOption('');
});

test('the record says how long the answer took and what it came to, and can be read as a table', async () => {
  await world.find('show-record').click();
  await world
    .find('record')
    .getByText(/Half within/)
    .first()
    .waitFor();
  const ends = world.find('record-ends-table');
  await expect.poll(() => ends.textContent()).toContain('1');
  expect(world.complaints).toEqual([]);
});
