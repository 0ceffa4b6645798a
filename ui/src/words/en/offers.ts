import type { Scope } from '../../gen';

export const offers = {
  fieldFor: (field: string, offer: string) => `${field} for “${offer}”`,
  enterSends: 'Enter sends, Shift and Enter begins a new line.',
  /** How far an answer reaches that is not for once. */
  reach: {
    thread: 'for the rest of this thread',
    always: 'from now on',
  } satisfies Record<Exclude<Scope, 'once'>, string>,
  title: 'What you can do',
  reachesFar: 'Counts for more than what is shown here.',
  optional: (label: string) => `${label} (optional)`,
  enter: (label: string) => `Enter: ${label}`,
  typeToGoOn: (name: string) => `Type “${name}” to go on`,
  doubleClick: 'That was a double click. Look at it, then press once.',
  justCame: 'This came up just now. Look at it, then press again.',
};
