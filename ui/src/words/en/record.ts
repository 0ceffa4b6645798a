import { number } from '../numbers';
import type { End } from '../record';

export const record = {
  title: 'How you answered',
  /** What ended, as heads of the chart's parts, and counted. */
  ends: {
    approved: 'Approved',
    denied: 'Denied',
    answered: 'Answered',
    elsewhere: 'Elsewhere',
    missed: 'Missed',
    dropped: 'Dropped',
  } satisfies Record<End, string>,
  ended: {
    approved: (n: number) => `${number(n)} approved`,
    denied: (n: number) => `${number(n)} denied`,
    answered: (n: number) => `${number(n)} answered`,
    elsewhere: (n: number) => `${number(n)} elsewhere`,
    missed: (n: number) => `${number(n)} missed`,
    dropped: (n: number) => `${number(n)} dropped`,
  } satisfies Record<End, (n: number) => string>,
  nothingAt: (name: string) => `${name}: nothing was answered`,
  tookAt: (name: string, half: string, most: string) =>
    `${name}: half within ${half}, 95 of 100 within ${most}`,
  noEnds: 'nothing ended',
  byWhom: 'By whom it was asked',
  none: 'Nothing that waited for you ended in this time.',
  took: 'Time to answer: the median, and up to which 95 of 100 took',
  noneTook: 'You answered nothing in this time',
  halfWithin: (half: string, most: string) => `Half within ${half}, 95 of 100 within ${most}`,
  median: 'Median',
  within95: '95 of 100 within',
  becameOf: 'What became of what waited',
  about:
    'An ask counts when it ended. Elsewhere is what somebody else answered, or you did outside of Deskbell; missed is what waited until its deadline passed; dropped was taken back, failed, or forgotten by its server.',
  captionFor: (span: string) => `How you answered · ${span}`,
  answered: 'Answered',
  cameTo: 'What it came to',
  of95: '95 of 100',
  missed: 'Missed',
  elsewhere: 'Elsewhere',
  dropped: 'Dropped',
};
