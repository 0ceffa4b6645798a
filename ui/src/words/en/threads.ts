import { number } from '../numbers';

export const threads = {
  busy: (busy: number) => `${number(busy)} busy`,
  none: 'No conversations yet',
  noneAdvice: 'Whatever your agents say, to you or to each other, appears here.',
  unchosen: 'What is said and done',
  unchosenAdvice: 'Choose a thread to read it from its newest line.',
  fresh: (entries: number) => `${number(entries)} new`,
  unseen: 'Nothing of this thread has been seen yet.',
  begins: 'The thread begins here, as far as Deskbell has seen it.',
  below: 'below another thread,',
  all: 'All',
};
