import type { Day } from '../../gen';
import { number } from '../numbers';

export const quiet = {
  days: {
    monday: 'monday',
    tuesday: 'tuesday',
    wednesday: 'wednesday',
    thursday: 'thursday',
    friday: 'friday',
    saturday: 'saturday',
    sunday: 'sunday',
  } satisfies Record<Day, string>,
  shortDays: {
    monday: 'mo',
    tuesday: 'tu',
    wednesday: 'we',
    thursday: 'th',
    friday: 'fr',
    saturday: 'sa',
    sunday: 'su',
  } satisfies Record<Day, string>,
  about:
    'What comes in quiet hours waits in the inbox, and rings when they end. Hours that end earlier in the day than they begin go on into the next day.',
  row: (n: number) => `Quiet hours ${number(n)}`,
  from: 'From',
  between: 'to',
  to: 'To',
  add: 'Add quiet hours',
};
