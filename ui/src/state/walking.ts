import type { Binding } from './keys';

/** The keys by which a list is walked through, and one of it opened and left. */
export function walking(list: {
  /** Whether the arrows are the list's, and not a field's. */
  has: () => boolean;
  move: (step: 1 | -1) => void;
  open: () => void;
  leave: () => void;
}): Record<'next' | 'previous' | 'down' | 'up' | 'open' | 'back', Binding> {
  const { has, move, open, leave } = list;
  return {
    next: { run: () => move(1) },
    previous: { run: () => move(-1) },
    down: { unlisted: true, when: has, run: () => move(1) },
    up: { unlisted: true, when: has, run: () => move(-1) },
    open: { run: open },
    back: { unlisted: true, run: leave },
  };
}
