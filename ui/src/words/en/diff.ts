import { counts } from './counts';
import { plural } from './plural';

export const diff = {
  layout: 'Layout of the change',
  unified: 'Unified',
  split: 'Split',
  noRoomForTwo: 'There is no room for two sides here',
  empty: 'This change is empty: no line is added, removed or moved.',
  huge: (lines: number, files: number) =>
    `This change is huge: ${counts.lines(lines)} in ${counts.files(files)}.`,
  hugeAdvice:
    'All of it is below, without colours. Nobody reads so much at a desk: you can say no, and ask for smaller steps.',
  unchanged: (lines: number) =>
    plural(lines, {
      one: 'Show # more line that does not change',
      other: 'Show # more lines that do not change',
    }),
  files: 'Files',
  openAll: 'Open all',
  closeAll: 'Close all',
  unnamed: 'change',
  tree: 'Files of this change',
  lineEndComes: 'A line end comes in at the end.',
  lineEndGoes: 'The line end at the end goes.',
  rest: (from: number) => `the rest, from line ${from} of the diff on, in one piece`,
  newMode: (value: string) => `mode ${value} from now on`,
  new: 'new',
  deleted: 'deleted',
  renamed: 'renamed',
  copied: 'copied',
  modes: {
    program: 'may be run',
    link: 'a link to elsewhere',
    repository: 'another repository',
  },
  newModes: {
    program: 'may be run from now on',
    link: 'a link to elsewhere from now on',
    repository: 'another repository from now on',
  },
  binary: 'binary: what is in it cannot be read here',
};
