/** Calls back once, when the next frame is painted. */
export type Frame = (paint: () => void) => void;

/** How long a hidden page may keep batches waiting: it is given no frames, and must go on acknowledging. */
const HIDDEN = 250;

export const nextFrame: Frame = (paint) => {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    paint();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, HIDDEN);
};

/** Moves nearer to each other than this are one, in milliseconds: a key is held. */
const MOVE = 80;

/**
 * Calls back when the next frame is on screen: what takes long waits for it, and the key press before it does not. Where
 * it is asked for again and again, it calls back once that is over: nothing is drawn that is only passed. `alone`: how
 * long it waits where it was not asked for just before.
 */
export function afterMoves(alone = 0): Frame {
  let last = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (draw) => {
    const now = performance.now();
    const rest = now - last < MOVE ? Math.max(MOVE, alone) : alone;
    last = now;
    nextFrame(() => {
      clearTimeout(timer);
      timer = setTimeout(draw, rest);
    });
  };
}

/** Calls back once, when more may be told. */
export type Rest = (over: () => void) => void;

/** How long lines of history that keep coming wait for one another: nobody reads faster. */
const CALM = 500;

export const calm: Rest = (over) => void setTimeout(over, CALM);
