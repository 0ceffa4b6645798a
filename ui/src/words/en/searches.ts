export const searches = {
  nameOf: (name: string) => `Name of ${name}`,
  renameIt: (name: string) => `Rename ${name}`,
  rename: 'Rename',
  removeIt: (name: string) => `Remove ${name}`,
  title: 'Saved searches',
  save: 'Save this search…',
  change: 'Change saved searches',
  saveTitle: 'Save this search',
  name: 'Its name',
  none: 'There are none.',
};
