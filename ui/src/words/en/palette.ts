export const palette = {
  noneAdvice: 'Nothing here has these words. Search in History looks through all that happened.',
  noneKeyAdvice: 'Nothing here has these words. Search in History ({}) looks through all that happened.',
  kinds: {
    key: 'key',
    search: 'search',
    agent: 'agent',
    source: 'source',
    thread: 'thread',
    task: 'task',
    finding: 'finding',
  },
  title: 'Find anything',
  hint: 'An ask, an agent, a thread, a source, a search, something to do…',
  found: 'Found',
  none: 'Nothing found',
  search: 'Saved search',
  digits: '{} opens one of the first',
};
