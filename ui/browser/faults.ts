import axe, { type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

/** So many places are named for each rule. */
const MOST = 3;

/** Each of these is a level of WCAG 2.2 that is asked for. */
const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What another theme may break. */
export const COLOURS = ['color-contrast', 'link-in-text-block'];

/** What keeps somebody from using what is on the page, each with the rule it breaks; by some rules, or by all. */
export async function faults(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  const runOnly: RunOptions['runOnly'] = rules === undefined ? LEVELS : { type: 'rule', values: rules };
  const violations = await page.evaluate(
    async (options) => {
      const page = window as unknown as { axe: typeof axe };
      return (await page.axe.run(options)).violations;
    },
    { runOnly },
  );
  return violations.map(({ id, nodes }) => {
    const where = nodes
      .slice(0, MOST)
      .map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary?.split('\n')[1]?.trim()})`);
    return `${id}, ${nodes.length} times: ${where.join('; ')}`;
  });
}
