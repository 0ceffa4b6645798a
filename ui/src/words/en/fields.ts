import { number } from '../numbers';

export const fields = {
  ofAtLeast: (characters: number, least: number) => `${number(characters)} of at least ${number(least)}`,
  ownWordsFor: (field: string) => `${field}: your own words`,
  how: (many: boolean, required: boolean) =>
    `${many ? 'choose any number' : 'choose one'}${required ? '' : ', optional'}`,
  andOwnWords: 'And in your own words',
  orOwnWords: 'Or in your own words',
  chooseOne: 'Choose an answer.',
  fillIn: 'Fill this in.',
  tooShort: (least: number, characters: number) =>
    `At least ${number(least)} characters; ${number(characters)} so far.`,
  tooLong: (most: number, characters: number) =>
    `At most ${number(most)} characters; it has ${number(characters)}.`,
  day: 'Write a day as year-month-day.',
  tooManyBytes: (most: number, bytes: number) => `At most ${number(most)} bytes; it has ${number(bytes)}.`,
};
