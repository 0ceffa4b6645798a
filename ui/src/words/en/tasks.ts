import { plural } from './plural';
import { shortly } from '../numbers';

export const tasks = {
  usage: 'What they took',
  none: 'No tasks yet',
  noneAdvice: 'What your agents work on, and what it takes, appears here.',
  turnsTaken: (turns: number | null) =>
    turns === null ? '– turns' : plural(turns, { one: '# turn', other: '# turns' }, shortly),
  phase: 'Phase',
  progress: 'Progress',
  turns: 'Turns',
  tokensIn: 'Tokens in',
  tokensOut: 'Tokens out',
  cost: 'Cost',
  started: 'Started',
  ended: 'Ended',
  took: 'Took',
  read: (thread: string) => `Read “${thread}”`,
  in: (n: string) => `${n} in`,
  out: (n: string) => `${n} out`,
  underWay: 'Under way',
  endedGroup: 'Ended',
};
