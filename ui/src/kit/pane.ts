/** What scrolls an element: a list that shows only what is seen must know. */
export function scrollingPane(node: HTMLElement): HTMLElement {
  for (let pane = node.parentElement; pane !== null; pane = pane.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(pane).overflowY)) return pane;
  }
  return document.documentElement;
}

/** Tells how far below the top of its pane an element begins, in pixels, now and whenever what is above it grows. */
export function watchAbove(node: HTMLElement, pane: HTMLElement, tell: (pixels: number) => void): () => void {
  const measure = (): void =>
    tell(
      node.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientTop + pane.scrollTop,
    );
  const watch = new ResizeObserver(measure);
  for (let part: Element | null = node; part !== null && part !== pane; part = part.parentElement) {
    // Its parent grows when something comes in above.
    if (part !== node) watch.observe(part);
    for (let above = part.previousElementSibling; above !== null; above = above.previousElementSibling) {
      watch.observe(above);
    }
  }
  measure();
  return () => watch.disconnect();
}
