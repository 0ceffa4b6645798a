import type { Density } from '../../state/looks.svelte';
import { plural } from './plural';

export const settings = {
  undoNone: 'Not at all: answers leave at once',
  undoAfter: (seconds: number) => plural(seconds, { one: '# second', other: '# seconds' }),
  answers: 'Answers',
  undo: 'An answer can be taken back for',
  undoHint: 'It leaves when this time is over, and never later than the deadline of what it answers.',
  notifications: 'Notifications',
  quietHours: 'Quiet hours',
  levels: 'How loud',
  desktop: 'This desktop',
  onDesk: 'On the desk',
  storage: 'Storage',
  keyboard: 'Keyboard',
  singleKeys: 'Single keys',
  keepRunning: 'Keep running in the tray when the window is closed',
  keepRunningHint: 'It goes on listening and ringing. The tray’s menu opens it again, and quits it.',
  autostart: 'Start with the desktop',
  autostartHint: 'In the tray where there is one, else with its window.',
  looks: 'Looks',
  density: 'How close together things stand',
  densities: { comfortable: 'Comfortable', compact: 'Compact' } satisfies Record<Density, string>,
  singleKeysHint:
    'Keys that are pressed alone, or one after the other. Switch them off if you dictate, or press keys by accident.',
};
