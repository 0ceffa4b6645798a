import type { ScreenName } from '../../src/state/screens';
import type { World } from './world';

/** Where only one of list and detail has room, in pixels. */
const NARROW = 768;

/** The screens with a list of things, and what a row of each is called. */
const LISTS: [ScreenName, string][] = [
  ['agents', 'agent-row'],
  ['threads', 'thread-row'],
  ['tasks', 'task-row'],
  ['findings', 'finding-row'],
  ['history', 'entry-row'],
  ['sources', 'source-row'],
];

/** What is opened on a screen by a button, and by which it is closed again. */
const OPENED: [ScreenName, string, string][] = [
  ['tasks', 'usage', 'show-usage'],
  ['history', 'record', 'show-record'],
  ['history', 'export', 'export'],
  ['sources', 'source-form', 'source-add'],
  ['settings', 'clearing', 'storage-clear'],
  ['settings', 'rule', 'rule-new'],
];

/** Goes everywhere an operator can go without doing anything, and looks around there. */
export async function tour(world: World, look: (place: string) => Promise<void>): Promise<void> {
  const { page } = world;
  const narrow = (page.viewportSize()?.width ?? 0) <= NARROW;
  await world.go('inbox');
  const asks = await world.asks();
  if (narrow || asks.length === 0) await look('inbox');
  for (const { key, kind, dialect } of asks) {
    await world.show(key);
    await look(`${kind} of ${dialect}`);
  }
  for (const [screen, row] of LISTS) {
    await world.go(screen);
    const first = world.find(row).first();
    const filled = (await first.count()) > 0;
    if (narrow || !filled) await look(screen);
    if (!filled) continue;
    // By its key: a list that has just been scrolled takes no press for a moment.
    await first.press('Enter');
    if (narrow) await first.waitFor({ state: 'hidden' });
    await look(`one of the ${screen}`);
  }
  await world.go('settings');
  await look('settings');
  for (const [screen, place, button] of OPENED) {
    await world.go(screen);
    const opener = world.find(button).first();
    if (!(await opener.isVisible())) continue;
    await opener.click();
    await look(place);
    await page.keyboard.press('Escape');
  }
  await world.go('inbox');
  await page.keyboard.press('ControlOrMeta+k');
  await world.find('palette').waitFor();
  await look('palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await world.find('key-help').waitFor();
  await look('keys');
  await page.keyboard.press('Escape');
}
