import { SCREENS, type ScreenName } from './screens';

/** Which screen is shown; it is in the address, so that a reload comes back to it. */
export class Screen {
  name: ScreenName = $state(fromHash(location.hash));

  start(): () => void {
    const changed = (): void => {
      this.name = fromHash(location.hash);
    };
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }

  go(name: ScreenName): void {
    this.name = name;
    if (fromHash(location.hash) !== name) location.hash = `#/${name}`;
  }
}

function fromHash(hash: string): ScreenName {
  return SCREENS.find((name) => hash === `#/${name}`) ?? 'inbox';
}
