import type { ScreenName } from '../../state/screens';

export const screens = {
  inbox: 'Inbox',
  agents: 'Agents',
  threads: 'Threads',
  tasks: 'Tasks',
  findings: 'Findings',
  history: 'History',
  sources: 'Sources',
  settings: 'Settings',
} satisfies Record<ScreenName, string>;
