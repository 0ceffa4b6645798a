import type { Page } from 'playwright-core';

/** What of a page is wider than the window, cut off, or cannot be brought under the pointer. */
export async function beyondReach(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} wide, of ${innerWidth}`);
    const named = (element: Element): string =>
      `${element.tagName.toLowerCase()} “${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}”`;
    const dialog = document.querySelector('dialog[open]');
    const scope = dialog ?? document.body;
    const isSeen = (element: Element): boolean =>
      element.checkVisibility({ visibilityProperty: true }) &&
      element.closest('.unseen, [aria-hidden="true"]') === null;
    for (const element of scope.querySelectorAll('*')) {
      if (!isSeen(element) || element.scrollWidth <= element.clientWidth + 1) continue;
      const { overflowX, textOverflow, display } = getComputedStyle(element);
      // What ends in an ellipsis was made so.
      if (overflowX === 'visible' || textOverflow === 'ellipsis' || display === 'inline') continue;
      if (overflowX === 'hidden' || overflowX === 'clip') found.push(`${named(element)} is cut off`);
      // Code is read line by line: it is scrolled, with the keyboard, too.
      else if (!element.matches('[tabindex="0"], pre')) found.push(`${named(element)} is scrolled sideways`);
    }
    for (const element of scope.querySelectorAll('button, input, select, textarea, a[href], summary')) {
      if (!isSeen(element) || element.matches(':disabled')) continue;
      element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      const { left, top, width, height } = element.getBoundingClientRect();
      const there = document.elementFromPoint(left + width / 2, top + height / 2);
      const isIt =
        there !== null &&
        (element.contains(there) ||
          there.contains(element) ||
          there.closest('label')?.contains(element) === true);
      if (left < 0 || left + width > innerWidth + 1) found.push(`${named(element)} sticks out`);
      else if (!isIt) found.push(`${named(element)} is under ${there === null ? 'nothing' : named(there)}`);
    }
    return found;
  });
}
