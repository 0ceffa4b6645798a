import { createContext } from 'svelte';

import type { Command, Key, Millis, Settings } from '../gen';
import { Refused, type Host } from '../host';
import { Agents } from './agents.svelte';
import { Batch } from './batch.svelte';
import { Clock } from './clock.svelte';
import { Desk } from './desk.svelte';
import { Detection } from './detection.svelte';
import { Drafts } from './drafts.svelte';
import { Exporting } from './exporting.svelte';
import { Findings } from './findings.svelte';
import type { Frame } from './frame';
import { History } from './history.svelte';
import { Holding } from './holding.svelte';
import { Inbox } from './inbox.svelte';
import { Intents } from './intents.svelte';
import { Keys } from './keys';
import { Looks } from './looks.svelte';
import { Palette } from './palette.svelte';
import { Outside } from './outside.svelte';
import { Reader } from './reader.svelte';
import { OwnRecord } from './record.svelte';
import { Screen } from './screen.svelte';
import { Searches } from './searches.svelte';
import { Sources } from './sources.svelte';
import { Storage as Kept } from './storage.svelte';
import { targets } from './targets';
import { Tasks } from './tasks.svelte';
import { lastHours, Timeline } from './timeline.svelte';
import { Threads } from './threads.svelte';
import { Verdicts } from './verdicts.svelte';
import { Usage } from './usage.svelte';

/** Everything behind the window, put together once. */
export class App {
  readonly host: Host;
  readonly clock = new Clock();
  readonly screen = new Screen();
  readonly desk: Desk;
  readonly inbox: Inbox;
  readonly drafts: Drafts;
  readonly intents: Intents;
  readonly holding: Holding;
  readonly verdicts: Verdicts;
  readonly batch: Batch;
  readonly agents: Agents;
  readonly threads: Threads;
  readonly tasks: Tasks;
  readonly usage: Usage;
  /** How the operator answered. */
  readonly record: OwnRecord;
  readonly findings: Findings;
  /** What has happened in the thread, or to the agent, that is looked at. */
  readonly reader: Reader;
  readonly sources: Sources;
  /** Who runs on this machine, as long as the operator begins. */
  readonly detection: Detection;
  readonly history: History;
  readonly timeline: Timeline;
  /** How much happened in the last day at what is looked at. */
  readonly lastDay: Timeline;
  readonly storage: Kept;
  readonly searches: Searches;
  readonly exporting: Exporting;
  readonly outside: Outside;
  readonly keys: Keys;
  readonly looks: Looks;
  /** Everything there is, by its words. */
  readonly palette: Palette;
  /** Whether the list of keys is open. */
  help = $state(false);
  /** As they were set last, told back or not: all of them are set at once, and none may undo the one before. */
  readonly settings: Settings = $derived.by(() => this.#wanted ?? this.desk.board.settings);
  #wanted: Settings | null = $state.raw(null);
  /** How many of them are on their way. */
  #setting = 0;
  /** Why the settings were not kept, or notifications not tried. */
  settingsTrouble: string | null = $state(null);
  /** Why something wanted from outside the window could not be done: a link, a choice in the tray. */
  trouble: string | null = $state(null);
  /** Why the last snooze was not taken, and of what. */
  snoozeTrouble: { key: Key; why: string } | null = $state(null);

  constructor(host: Host, storage: Storage, frame?: Frame) {
    this.host = host;
    this.desk = new Desk(host, frame);
    this.drafts = new Drafts(host);
    this.looks = new Looks(storage);
    this.inbox = new Inbox(this.desk, this.clock, () => this.looks.grouping);
    this.intents = new Intents(host, this.desk, this.drafts);
    this.verdicts = new Verdicts(this.desk);
    this.batch = new Batch(this.desk, this.intents);
    this.holding = new Holding(this.desk, this.inbox, this.intents, this.clock);
    this.agents = new Agents(host, this.desk);
    this.threads = new Threads(this.desk);
    this.tasks = new Tasks(this.desk);
    this.usage = new Usage(host, this.desk, this.clock);
    this.record = new OwnRecord(host, this.desk, this.clock);
    this.findings = new Findings(this.desk);
    this.reader = new Reader(host, this.desk);
    this.sources = new Sources(host, this.desk);
    this.detection = new Detection(host);
    this.history = new History(host, this.desk, this.clock);
    this.searches = new Searches(host, this.desk, this.history);
    this.exporting = new Exporting(host, this.history);
    this.timeline = new Timeline(host, this.desk, this.clock);
    this.lastDay = new Timeline(host, this.desk, this.clock, lastHours);
    this.storage = new Kept(host);
    this.outside = new Outside(host);
    this.keys = new Keys(() => this.desk.board.settings);
    this.palette = new Palette(targets(this));
    this.desk.hear({
      changed: (board, before) => {
        this.drafts.changed(board);
        if (board.settings !== before.settings && this.#setting === 0) this.#wanted = null;
      },
      reveal: ({ at, key }) => (at === 'ask' ? this.reveal(key) : void this.revealEntry(key)),
      trouble: (message) => (this.trouble = message),
    });
  }

  start(): () => void {
    const ends = [this.clock.start(), this.screen.start()];
    this.desk.open();
    return () => {
      this.desk.close();
      void this.drafts.flush();
      for (const end of ends) end();
    };
  }

  /** Brings an ask on screen. */
  reveal(key: Key): void {
    this.trouble = null;
    this.screen.go('inbox');
    this.detection.close();
    this.inbox.filter = '';
    this.inbox.select(key);
    this.inbox.open = true;
  }

  /** Brings an entry of the history on screen, with what is around it. */
  async revealEntry(key: Key): Promise<void> {
    this.trouble = null;
    this.detection.close();
    this.screen.go('history');
    try {
      await this.history.open(key);
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
    }
  }

  async set(settings: Settings): Promise<void> {
    this.#wanted = settings;
    this.#setting += 1;
    const taken = await this.#order({ command: 'settings.set', settings });
    this.#setting -= 1;
    // What was set since holds this too.
    if (!taken && this.#wanted === settings) this.#wanted = null;
  }

  /** Shows a notification of each kind. */
  async tryNotifications(): Promise<void> {
    await this.#order({ command: 'notification.test' });
  }

  /** Starts with the desktop from now on, or no longer. */
  async autostart(on: boolean): Promise<void> {
    try {
      await this.host.autostart(on);
      this.settingsTrouble = null;
    } catch (thrown) {
      this.settingsTrouble = Refused.from(thrown).message;
    }
  }

  /** Has an ask ring later; without a time, ends that. */
  async snooze(key: Key, until: Millis | null): Promise<void> {
    try {
      await this.host.command({ command: 'ask.snooze', key, until });
      this.snoozeTrouble = null;
    } catch (thrown) {
      this.snoozeTrouble = { key, why: Refused.from(thrown).message };
    }
  }

  /** Whether it was done. */
  async #order(
    command: Extract<Command, { command: 'settings.set' | 'notification.test' }>,
  ): Promise<boolean> {
    try {
      await this.host.command(command);
      this.settingsTrouble = null;
      return true;
    } catch (thrown) {
      this.settingsTrouble = Refused.from(thrown).message;
      return false;
    }
  }
}

export const [useApp, provideApp] = createContext<App>();
