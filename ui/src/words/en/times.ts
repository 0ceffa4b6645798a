import { number } from '../numbers';
import { plural } from './plural';

/** Times and how long they are. Short units take no plural. */
export const times = {
  now: 'now',
  seconds: (n: string) => `${n} s`,
  minutes: (n: string) => `${n} min`,
  hours: (n: string) => `${n} h`,
  days: (n: string) => `${n} d`,
  daysAndHours: (days: number, hours: number) => `${days} d ${hours} h`,
  ago: (span: string) => `${span} ago`,
  in: (span: string) => `in ${span}`,
  spoken: {
    none: 'no time',
    days: (n: number) => plural(n, { one: '# day', other: '# days' }),
    hours: (n: number) => plural(n, { one: '# hour', other: '# hours' }),
    minutes: (n: number) => plural(n, { one: '# minute', other: '# minutes' }),
    seconds: (n: number) => plural(n, { one: '# second', other: '# seconds' }),
  },
  dayAndTime: (day: string, time: string) => `${day}, ${time}`,
  unknown: 'no time a calendar knows',
  seen: 'when Deskbell saw it',
  firstSeen: 'when Deskbell first saw it',
  milliseconds: (ms: number) => `${number(ms)} ms`,
};
