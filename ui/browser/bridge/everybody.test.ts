import { afterAll, beforeAll, expect, test } from 'vitest';

import { COLOURS, faults } from '../faults';
import { picture } from '../page';
import { beyondReach } from './reach';
import type { Stage } from './stage';
import { tour } from './tour';
import { World } from './world';

/** The second theme is judged by its colours: all else is the same. */
const THEMES = [
  ['light', undefined],
  ['dark', COLOURS],
] satisfies ['light' | 'dark', string[] | undefined][];

let world: World;
let stage: Stage;

beforeAll(async () => {
  world = await World.open();
  // What fades would be judged half faded.
  await world.page.emulateMedia({ reducedMotion: 'reduce' });
});

afterAll(() => world.close());

/** What keeps somebody from using what is on screen, in either theme; with a picture of each. */
async function inBothThemes(place: string): Promise<string[]> {
  const found: string[] = [];
  for (const [theme, rules] of THEMES) {
    await world.page.emulateMedia({ colorScheme: theme });
    await picture(world.page, `bridge-${place.replaceAll(' ', '-')}-${theme}`);
    found.push(...(await faults(world.page, rules)).map((fault) => `${place}, ${theme}: ${fault}`));
  }
  return found;
}

/** What keeps somebody from using any place, as everything stands. */
async function everywhere(how: string): Promise<string[]> {
  const found: string[] = [];
  await tour(world, async (place) => void found.push(...(await inBothThemes(`${how} ${place}`))));
  return found;
}

test('a fresh desk can be used by everybody', async () => {
  await world.find('first-run').waitFor();
  expect(await everywhere('empty')).toEqual([]);
});

test('a full desk can be used by everybody', async () => {
  stage = await world.listen();
  expect(await everywhere('full')).toEqual([]);
  expect(await beyondReach(world.page)).toEqual([]);
  expect(world.complaints).toEqual([]);
});

for (const [how, width, height] of [
  ['narrow', 480, 900],
  ['at 200 %', 640, 480],
] as const) {
  test(`${how}, everything is on the page and can be reached`, async () => {
    const { page } = world;
    await page.setViewportSize({ width, height });
    const found: string[] = [];
    await tour(world, async (place) => {
      await picture(page, `bridge-${how} ${place}`.replaceAll(' ', '-'));
      found.push(...(await beyondReach(page)).map((fault) => `${place}: ${fault}`));
    });
    await page.setViewportSize({ width: 1600, height: 1000 });
    expect(found).toEqual([]);
  });
}

test('nothing moves where the operator asked for that', async () => {
  const moving = (): Promise<string[]> =>
    world.page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((element) => {
        const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
        const longest = (times: string): number => Math.max(...times.split(',').map(parseFloat));
        const moves =
          longest(transitionDuration) > 0.01 ||
          (animationName !== 'none' && longest(animationDuration) > 0.01);
        return moves ? [element.tagName.toLowerCase()] : [];
      }),
    );
  const found: string[] = [];
  await tour(world, async (place) => void found.push(...(await moving()).map((what) => `${place}: ${what}`)));
  expect(found).toEqual([]);
});

test('with its coordinators gone, the desk says as of when it knows what, and can be used by everybody', async () => {
  await stage.end();
  await world.go('sources');
  await expect.poll(() => world.find('source-row', { link: 'live' }).count()).toBe(0);
  expect([...(await everywhere('offline')), ...(await beyondReach(world.page))]).toEqual([]);
  await world.go('inbox');
  await world.find('as-of').first().waitFor();
});

test('with its engine gone, the page says so, and is there again when the engine is', async () => {
  const { page } = world;
  const gone = page.locator('nav').getByText('The engine is out of reach');
  await world.go('inbox');
  await world.engine.crash();
  await gone.waitFor();
  const found = await inBothThemes('gone inbox');
  const ask = world.find('ask-row', { subject: 'diff' }).first();
  const key = (await ask.getAttribute('data-key')) ?? '';
  await ask.click();
  // Coordinators have their own words for yes.
  await world.find('ask-detail').locator('[data-testid^="offer-"][data-tone="yes"]').first().click();
  // What is done meanwhile is not lost without a word.
  await world.find('ask-detail').getByRole('alert').waitFor();
  await page.setViewportSize({ width: 480, height: 900 });
  await gone.waitFor();
  found.push(...(await beyondReach(page)), ...(await inBothThemes('gone narrow')));
  await page.setViewportSize({ width: 1600, height: 1000 });
  await page.reload();
  await page.getByRole('button', { name: 'Try now' }).waitFor();
  found.push(...(await inBothThemes('gone at the start')));
  expect(found).toEqual([]);
  await world.engine.start();
  await world.find('ask-row', { key }).waitFor();
  await gone.waitFor({ state: 'detached' });
});
