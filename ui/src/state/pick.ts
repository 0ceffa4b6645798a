import type { Input } from '../gen';

export interface Pick {
  chosen: string[];
  other: string | null;
}

type PickInput = Extract<Input, { type: 'pick' }>;

/** A pick with one option put in or taken out. Options keep the order of the server. */
export function choose(input: PickInput, pick: Pick, label: string, on: boolean): Pick {
  if (input.many) {
    const chosen = input.options
      .map((option) => option.label)
      .filter((other) => (other === label ? on : pick.chosen.includes(other)));
    return { chosen, other: pick.other };
  }
  // One answer is wanted: an option takes the place of own words.
  return on ? { chosen: [label], other: null } : { chosen: [], other: pick.other };
}

/** A pick with the operator's own words; where one answer is wanted, they take the place of an option. */
export function fill(input: PickInput, pick: Pick, other: string): Pick {
  return { chosen: input.many || other.trim() === '' ? pick.chosen : [], other };
}
