import { tick } from 'svelte';

/**
 * Keeps the focus where the operator is, in a list or in what is shown of it: when what has it goes, it passes to the
 * row that took its place, or to the title of what is shown. Nobody is sent back to the top of the page.
 */
export function keepFocus(root: HTMLElement, list: HTMLElement, detail: HTMLElement): () => void {
  let last: HTMLElement | null = null;
  /** Which row it was; -1 where it was none. */
  let place = -1;

  /** What can have the focus in the list, in the order of its rows. */
  const rows = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('button, a[href]')];

  function entered({ target }: FocusEvent): void {
    last = target instanceof HTMLElement ? target : null;
    place = last === null ? -1 : rows().indexOf(last);
  }

  /** What the operator leaves is left; what goes away from under them is not. */
  async function left({ relatedTarget }: FocusEvent): Promise<void> {
    const before = last;
    if (before === null || relatedTarget !== null) return;
    await tick();
    if (last === before && isThere(before) && document.activeElement !== before) last = null;
  }

  function changed(hides: boolean): void {
    if (last === null) return;
    if (hides ? isThere(last) : last.isConnected) {
      if (place >= 0) place = rows().indexOf(last);
      return;
    }
    const hasNobody = document.activeElement === document.body || document.activeElement === last;
    const next = hasNobody ? heir(last) : undefined;
    last = null;
    next?.focus({ preventScroll: true });
  }

  function heir(gone: HTMLElement): HTMLElement | undefined {
    const all = rows().filter(isThere);
    if (place >= 0 && all.length > 0) {
      const { key } = gone.dataset;
      const same = all.find((row) => key !== undefined && row.dataset['key'] === key);
      return same ?? all[Math.min(place, all.length - 1)];
    }
    const title = detail.querySelector<HTMLElement>('h2');
    return title !== null && isThere(title)
      ? title
      : (all.find((row) => row.ariaCurrent === 'true') ?? all[0]);
  }

  const parts = new MutationObserver(() => changed(false));
  parts.observe(root, { childList: true, subtree: true });
  // The class says which of the two is shown where only one has room. To ask what is hidden has the page laid out.
  const shown = new MutationObserver(() => changed(true));
  shown.observe(root, { attributeFilter: ['class'] });
  root.addEventListener('focusin', entered);
  root.addEventListener('focusout', left);
  return () => {
    parts.disconnect();
    shown.disconnect();
    root.removeEventListener('focusin', entered);
    root.removeEventListener('focusout', left);
  };
}

function isThere(element: HTMLElement): boolean {
  return element.isConnected && element.checkVisibility();
}
