export const host = {
  nonsense: 'The bridge said something that makes no sense.',
  noEngine: 'No engine is reached over the bridge. Is "bell serve" running?',
  inDownloads: (file: string) => `${file}, among your downloads`,
  noFolder: 'A page in a browser cannot open a folder.',
  noDemo: 'A page in a browser cannot start the demo.',
  noAutostart: 'Only the app itself starts with the desktop.',
  failed: (why: string) => `Deskbell could not do this: ${why}`,
};
