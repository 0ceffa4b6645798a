import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openPage, type Opened } from './page';

/** In milliseconds. */
const OPENS_WITHIN = 300;
const FRAME_WITHIN = 50;
const FRAMES = 60;
const PLACES = 12;

let gallery: Opened;
let page: Page;

beforeAll(async () => {
  gallery = await openPage('gallery.html?part=long');
  page = gallery.page;
});

afterAll(() => gallery.close());

/** How much the page has worked, in milliseconds: how long others keep the processor from it is not its doing. */
async function meter(): Promise<() => Promise<number>> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
  };
}

test('a change of 10 000 lines opens with less than 300 ms of work, from the press to the paint', async () => {
  const worked = await meter();
  const before = await worked();
  const took = await page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise((go) => requestAnimationFrame(go));
    await frame();
    const from = performance.now();
    document.querySelector<HTMLElement>('[data-testid="open"]')?.click();
    while (document.querySelectorAll('.line').length < 20) await frame();
    // What is in the page at one frame is painted by the next.
    await frame();
    return performance.now() - from;
  });
  const work = (await worked()) - before;
  console.log(`a change of 10 000 lines opens with ${work.toFixed(0)} ms of work, in ${took.toFixed(0)} ms`);
  expect(work).toBeGreaterThan(0);
  expect(work).toBeLessThanOrEqual(OPENS_WITHIN);
});

test('a frame of its scrolling takes less than 50 ms of work', async () => {
  const worked = await meter();
  const before = await worked();
  await page.evaluate(async (frames) => {
    const pane = document.querySelector<HTMLElement>('[data-testid="pane"]');
    if (pane === null) throw new Error('no change is open');
    for (let n = 0; n < frames; n += 1) {
      pane.scrollTop += pane.clientHeight / 8;
      await new Promise((go) => requestAnimationFrame(go));
    }
  }, FRAMES);
  const each = ((await worked()) - before) / FRAMES;
  console.log(`an eighth of a page further takes ${each.toFixed(1)} ms of work`);
  expect(each).toBeGreaterThan(0);
  expect(each).toBeLessThanOrEqual(FRAME_WITHIN);
});

test('wherever it is gone to, lines fill the pane, to the very last', async () => {
  const [gaps, last] = await page.evaluate(async (places) => {
    const frame = (): Promise<number> => new Promise((go) => requestAnimationFrame(go));
    const pane = document.querySelector<HTMLElement>('[data-testid="pane"]');
    if (pane === null) throw new Error('no change is open');
    const box = pane.getBoundingClientRect();
    // While it is scrolled nothing in it can be pointed at: where its lines are is asked of themselves.
    const isThere = (y: number): boolean =>
      [...pane.querySelectorAll('.line, header')].some((line) => {
        const { top, bottom } = line.getBoundingClientRect();
        return top <= y + 1 && y - 1 <= bottom;
      });
    const gaps: number[] = [];
    for (let place = 1; place <= places; place += 1) {
      pane.scrollTop = ((pane.scrollHeight - pane.clientHeight) * place) / places;
      // Rows follow the scroll by a frame, and are measured by the next.
      for (let n = 0; n < 4; n += 1) await frame();
      const heights = [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => box.top + box.height * part);
      gaps.push(...heights.filter((y) => !isThere(y)));
    }
    pane.scrollTop = pane.scrollHeight;
    for (let n = 0; n < 4; n += 1) await frame();
    const lines = [...document.querySelectorAll('.line')];
    return [gaps, lines.at(-1)?.textContent ?? ''] as const;
  }, PLACES);
  expect(gaps).toEqual([]);
  expect(last).toContain('report(value3334)');
  // The policy of the window had nothing against any of it.
  expect(gallery.complaints).toEqual([]);
});
