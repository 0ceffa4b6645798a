import { plural } from './plural';

export const agents = {
  none: 'Nobody works here yet',
  noneAdvice: 'The agents of your sources appear here as they are told of.',
  unchosen: 'Everybody who works for you',
  unchosenAdvice: 'Choose an agent to see how it is, and what you can do with it.',
  transient: (what: string, since: string) => `${what} for ${since}`,
  since: (time: string) => `since ${time}`,
  listenAdvice: 'Adds it as a source of its own, at {}.',
  blocked: (asks: number) => plural(asks, { one: 'waits for you', other: 'waits for you, # asks' }),
  states: {
    running: 'running',
    working: 'working',
    stopped: 'stopped',
    needsLogin: 'needs login',
    gone: 'gone',
  },
  waitsFor: 'What it waits for',
  waits: 'Waits for you',
  listen: (name: string) => `Listen to ${name} itself`,
};
