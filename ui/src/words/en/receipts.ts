import type { Surface } from '../../gen';

export const receipts = {
  answered: {
    window: (time: string) => `You answered in the window, ${time}.`,
    notification: (time: string) => `You answered from a notification, ${time}.`,
    commandLine: (time: string) => `You answered at the command line, ${time}.`,
  } satisfies Record<Surface, (time: string) => string>,
  gone: 'What was on screen then is not kept any more.',
  same: 'This was on screen then, exactly as it is here.',
  before: 'What was on screen then was not yet what is here: it changed afterwards.',
  hash: 'The hash of what was shown',
};
