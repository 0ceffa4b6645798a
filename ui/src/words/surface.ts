import type { Surface } from '../gen';

/** Where the operator answered. */
export function surfaceWords(surface: Surface): string {
  switch (surface) {
    case 'window':
      return 'in the window';
    case 'notification':
      return 'from a notification';
    case 'commandLine':
      return 'at the command line';
  }
}
