import type { View } from '../kit/diff/rows';

/** What the rows of the inbox stand under. */
export type Grouping = 'deadline' | 'source' | 'agent';

/** How much is on screen at once. */
export type Density = 'comfortable' | 'compact';

const VIEWS: readonly View[] = ['unified', 'split'];
const GROUPINGS: readonly Grouping[] = ['deadline', 'source', 'agent'];
const DENSITIES: readonly Density[] = ['comfortable', 'compact'];

/** How the operator likes to look at things, on this machine. */
export class Looks {
  readonly #storage: Storage;
  #diff: View = $state('unified');
  #grouping: Grouping = $state('deadline');
  #density: Density = $state('comfortable');

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#diff = this.#kept('diff-view', VIEWS);
    this.#grouping = this.#kept('inbox-grouping', GROUPINGS);
    this.#density = this.#kept('density', DENSITIES);
  }

  get diff(): View {
    return this.#diff;
  }

  showDiff(view: View): void {
    this.#diff = view;
    this.#keep('diff-view', view);
  }

  get grouping(): Grouping {
    return this.#grouping;
  }

  groupBy(grouping: Grouping): void {
    this.#grouping = grouping;
    this.#keep('inbox-grouping', grouping);
  }

  get density(): Density {
    return this.#density;
  }

  fill(density: Density): void {
    this.#density = density;
    this.#keep('density', density);
  }

  /** What was chosen last; the first where nothing was, or nothing that is known. */
  #kept<T extends string>(name: string, choices: readonly T[]): T {
    let kept: string | null = null;
    try {
      kept = this.#storage.getItem(`deskbell.${name}`);
    } catch {
      // A forbidden storage has nothing to tell.
    }
    return choices.find((choice) => choice === kept) ?? (choices[0] as T);
  }

  #keep(name: string, choice: string): void {
    try {
      this.#storage.setItem(`deskbell.${name}`, choice);
    } catch (thrown) {
      // It lasts until the window closes, then.
      console.warn(thrown);
    }
  }
}
