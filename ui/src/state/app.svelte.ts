import { createContext } from 'svelte';

import type { Settings } from '../gen';
import { Refused, type Host } from '../host';
import { Clock } from './clock.svelte';
import { Desk } from './desk.svelte';
import { Drafts } from './drafts.svelte';
import type { Frame } from './frame';
import { History } from './history.svelte';
import { Inbox } from './inbox.svelte';
import { Intents } from './intents.svelte';
import { Keys } from './keys';
import { Outside } from './outside.svelte';
import { Screen } from './screen.svelte';
import { Sources } from './sources.svelte';

/** Everything behind the window, put together once. */
export class App {
  readonly host: Host;
  readonly clock = new Clock();
  readonly screen = new Screen();
  readonly desk: Desk;
  readonly inbox: Inbox;
  readonly drafts: Drafts;
  readonly intents: Intents;
  readonly sources: Sources;
  readonly history: History;
  readonly outside: Outside;
  readonly keys: Keys;
  /** Whether the list of keys is open. */
  help = $state(false);
  /** Why the settings were not kept. */
  settingsTrouble: string | null = $state(null);

  constructor(host: Host, storage: Storage, frame?: Frame) {
    this.host = host;
    this.desk = new Desk(host, frame);
    this.drafts = new Drafts(storage);
    this.inbox = new Inbox(this.desk, this.clock);
    this.intents = new Intents(host, this.desk, this.drafts);
    this.sources = new Sources(host, this.desk);
    this.history = new History(host, this.desk);
    this.outside = new Outside(host);
    this.keys = new Keys(() => this.desk.board.settings.singleKeys);
    this.desk.hear({
      changed: (board) => this.drafts.changed(board),
      reveal: (key) => {
        this.screen.go('inbox');
        this.inbox.filter = '';
        this.inbox.select(key);
        this.inbox.open = true;
      },
    });
  }

  start(): () => void {
    const ends = [this.clock.start(), this.screen.start()];
    this.desk.open();
    return () => {
      this.desk.close();
      this.drafts.flush();
      for (const end of ends) end();
    };
  }

  async set(settings: Settings): Promise<void> {
    try {
      await this.host.command({ command: 'settings.set', settings });
      this.settingsTrouble = null;
    } catch (thrown) {
      this.settingsTrouble = Refused.from(thrown).message;
    }
  }
}

export const [useApp, provideApp] = createContext<App>();
