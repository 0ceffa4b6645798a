/** The screens of the window, as its sidebar lists them. */
export const SCREENS = [
  'inbox',
  'agents',
  'threads',
  'tasks',
  'findings',
  'history',
  'sources',
  'settings',
] as const;

export type ScreenName = (typeof SCREENS)[number];
