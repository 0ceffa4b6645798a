import { number } from '../numbers';

export const kit = {
  noArguments: 'Nothing: it is called without arguments.',
  nothing: 'nothing',
  listOf: (size: number) => `list of ${number(size)}`,
  noWords: 'no words',
  asTable: 'As a table',
  chartAsTable: 'The chart as a table',
  from: 'From',
  optional: 'optional',
  showLess: 'Show less',
  showMore: 'Show more',
  progress: 'Progress',
  name: 'Name',
  picture: (of: string) => `[picture: ${of}]`,
  showMoreOf: (more: number, all: string) => `Show ${number(more)} more of ${all}`,
  showAll: (all: string) => `Show all ${all}`,
  unseenCharacter: 'A character that is not seen otherwise',
};
