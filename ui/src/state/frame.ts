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

/** Calls back once, when more may be told. */
export type Rest = (over: () => void) => void;

/** How long lines of history that keep coming wait for one another: nobody reads faster. */
const CALM = 250;

export const calm: Rest = (over) => void setTimeout(over, CALM);
