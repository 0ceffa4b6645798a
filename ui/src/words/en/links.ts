/** How a source's connection is. */
export const links = {
  live: 'live',
  connecting: 'connecting',
  nextTry: (left: string) => `next try in ${left}`,
  trying: 'trying again',
  refused: 'refused',
  paused: 'paused',
  off: 'off',
  asOf: (time: string) => `as of ${time}`,
  asOfAbout: (source: string, time: string) =>
    `${source} is not live. This is what it had at ${time}. An answer is kept until it is back, and is sent if this still waits then.`,
};
