import type { View } from '../kit/diff/rows';

const KEPT = 'deskbell.diff-view';

/** How the operator likes to look at things, on this machine. */
export class Looks {
  readonly #storage: Storage;
  #diff: View = $state('unified');

  constructor(storage: Storage) {
    this.#storage = storage;
    try {
      if (storage.getItem(KEPT) === 'split') this.#diff = 'split';
    } catch {
      // A forbidden storage has nothing to tell.
    }
  }

  get diff(): View {
    return this.#diff;
  }

  showDiff(view: View): void {
    this.#diff = view;
    try {
      this.#storage.setItem(KEPT, view);
    } catch (thrown) {
      // It lasts until the window closes, then.
      console.warn(thrown);
    }
  }
}
