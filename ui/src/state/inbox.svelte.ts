import type { AskView, Key } from '../gen';
import { isSnoozed, isWaiting, outcomeWord, whereFrom } from '../words/ask';
import { say } from '../words/say';
import { Arming } from './arming';
import type { Board } from './board';
import type { Clock } from './clock.svelte';
import type { Desk } from './desk.svelte';
import type { Frame } from './frame';
import type { Group } from './listing.svelte';
import type { Grouping } from './looks.svelte';

/** How long a settled ask stays in the list, in milliseconds. */
export const LINGER = 8000;
const SOON = 30 * 60 * 1000;
/** A pointer that has not moved for so long rests there by chance, in milliseconds. */
export const STILL = 10_000;

/** What waits for the operator, and which of it is looked at. */
export class Inbox {
  filter = $state('');
  selected: Key | null = $state(null);
  /**
   * Which ask is on screen: it follows what is selected once the list has shown that, so that keys through the list wait
   * for nothing that is only passed. Until then no key and no press answers anything.
   */
  #onScreen: Key | null = $state(null);
  /** Where only one of list and ask has room: whether it is the ask. */
  open = $state(false);
  /** Spoken politely: what is new, what ended. */
  announcement = $state('');

  readonly arming = new Arming();
  readonly #desk: Desk;
  readonly #clock: Clock;
  readonly #grouping: () => Grouping;
  readonly #afterMoves: Frame;
  /** As the list stood when the pointer came: while it moves there, nothing moves under it. */
  #still: { groups: { title: string; keys: Key[] }[]; grouping: Grouping; filter: string } | null =
    $state.raw(null);
  #stillUntil = 0;
  /** Settled while we looked, and until when they stay. */
  #lingering: ReadonlyMap<Key, number> = $state.raw(new Map());

  constructor(desk: Desk, clock: Clock, grouping: () => Grouping) {
    this.#desk = desk;
    this.#clock = clock;
    this.#grouping = grouping;
    this.#afterMoves = desk.afterMoves();
    desk.hear({ changed: (board, before) => this.#changed(board, before) });
  }

  /** What waits now: what is snoozed waits later. */
  readonly waiting: AskView[] = $derived.by(() =>
    [...this.#desk.board.asks.values()].filter((ask) => isWaiting(ask) && !this.#asleep.includes(ask.key)),
  );

  /** Deadline first, then the longest waiting. An ask keeps its place whatever becomes of it. */
  readonly #sorted: AskView[] = $derived.by(() => {
    const words = this.filter.trim().toLowerCase();
    const rows = [...this.#desk.board.asks.values()].filter(
      (ask) => (ask.state !== 'settled' || this.#lingering.has(ask.key)) && this.#matches(ask, words),
    );
    const late = (ask: AskView): number => (this.#asleep.includes(ask.key) ? 1 : 0);
    return rows.sort((a, b) => late(a) - late(b) || byDeadline(a, b));
  });

  readonly #fresh: Group<AskView>[] = $derived.by(() =>
    this.#grouping() === 'deadline' ? this.#byTime() : this.#byOrigin(this.#grouping()),
  );

  readonly groups: Group<AskView>[] = $derived.by(() => {
    const still = this.#still;
    if (still === null || still.grouping !== this.#grouping() || still.filter !== this.filter)
      return this.#fresh;
    const rows = new Map(this.#fresh.flatMap((group) => group.rows).map((ask) => [ask.key, ask]));
    const groups = still.groups.map(({ title, keys }) => ({
      title,
      rows: keys.flatMap((key) => {
        const ask = rows.get(key);
        rows.delete(key);
        return ask === undefined ? [] : [ask];
      }),
    }));
    return [...groups, { title: say.inbox.justIn, rows: [...rows.values()] }].filter(
      (group) => group.rows.length > 0,
    );
  });

  /** As they stand on screen, from the first group to the last. */
  readonly listed: AskView[] = $derived.by(() => this.groups.flatMap((group) => group.rows));

  #byTime(): Group<AskView>[] {
    // The deadline decides once a minute, so that no row changes its group at every tick.
    const now = this.#minute;
    const groups: Group<AskView>[] = [
      { title: say.inbox.soon, rows: [] },
      { title: say.inbox.later, rows: [] },
      { title: say.inbox.noDeadline, rows: [] },
      { title: say.inbox.snoozed, rows: [] },
    ];
    for (const ask of this.#sorted) {
      const due = ask.expiresAt === null ? 2 : ask.expiresAt - now <= SOON ? 0 : 1;
      const at = this.#asleep.includes(ask.key) ? 3 : due;
      groups[at]?.rows.push(ask);
    }
    return groups.filter((group) => group.rows.length > 0);
  }

  /** The group with the nearest deadline comes first. */
  #byOrigin(by: Grouping): Group<AskView>[] {
    const groups = new Map<string, Group<AskView>>();
    for (const ask of this.#sorted) {
      const source = this.#desk.board.sources.get(ask.source)?.name ?? ask.source;
      const title = by === 'source' ? source : `${ask.agent ?? say.inbox.nobody} · ${source}`;
      const group = groups.get(title) ?? { title, rows: [] };
      group.rows.push(ask);
      groups.set(title, group);
    }
    return [...groups.values()];
  }

  readonly current: AskView | undefined = $derived.by(() =>
    this.#onScreen === null ? undefined : this.#desk.board.asks.get(this.#onScreen),
  );

  /** What is snoozed. Compared as one text, so that a tick of the clock that wakes nothing changes nothing. */
  readonly #asleepKeys: string = $derived.by(() =>
    [...this.#desk.board.asks.values()]
      .filter((ask) => ask.snoozedUntil !== null && isSnoozed(ask, this.#clock.now))
      .map((ask) => ask.key)
      .join('\n'),
  );

  readonly #asleep: readonly Key[] = $derived(this.#asleepKeys.split('\n'));

  readonly #minute = $derived.by(() => Math.floor(this.#clock.now / 60_000) * 60_000);

  /** `now`: when it comes on screen. */
  select(key: Key | null, now?: number): void {
    this.selected = key;
    this.#afterMoves(() => {
      this.#onScreen = this.selected;
      this.#arm(now ?? performance.now(), true);
    });
  }

  /** The one `step` rows further down the list. */
  move(step: 1 | -1): void {
    const rows = this.listed;
    const at = rows.findIndex((ask) => ask.key === this.selected);
    const next = at < 0 ? rows.at(step > 0 ? 0 : -1) : rows[at + step];
    if (next !== undefined) this.select(next.key);
  }

  /** The next that waits, below this one first. False when nothing else does. */
  next(): boolean {
    const rows = this.listed;
    const at = rows.findIndex((ask) => ask.key === this.selected);
    const next = [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0))].find(
      (ask) => isWaiting(ask) && !this.#asleep.includes(ask.key),
    );
    if (next === undefined) return false;
    this.select(next.key);
    return true;
  }

  /** The held answer that `z` takes back: the one on screen, or the newest. */
  readonly held: AskView[] = $derived.by(() =>
    [...this.#desk.board.asks.values()]
      .filter((ask) => ask.state === 'held')
      .sort((a, b) => (b.heldUntil ?? 0) - (a.heldUntil ?? 0)),
  );

  /** The pointer is over the list, and moves. */
  holdStill(now: number): void {
    this.#stillUntil = now + STILL;
    this.#still ??= {
      groups: this.groups.map(({ title, rows }) => ({ title, keys: rows.map((ask) => ask.key) })),
      grouping: this.#grouping(),
      filter: this.filter,
    };
  }

  /** The pointer has left the list. */
  letGo(): void {
    this.#still = null;
  }

  /** Lets settled asks go whose time is over. The one on screen stays. */
  prune(now: number): void {
    if (now >= this.#stillUntil) this.letGo();
    if (this.#still !== null) return;
    const left = [...this.#lingering].filter(([key, until]) => until > now || key === this.selected);
    if (left.length < this.#lingering.size) this.#lingering = new Map(left);
  }

  isArmed(now = performance.now()): boolean {
    return this.selected === this.#onScreen && this.arming.isArmed(now);
  }

  isSteady(now = performance.now()): boolean {
    return this.selected === this.#onScreen && this.arming.isSteady(now);
  }

  #matches(ask: AskView, words: string): boolean {
    if (words === '') return true;
    const from = whereFrom(ask, this.#desk.board.sources.get(ask.source));
    return `${ask.title} ${from} ${ask.detail ?? ''}`.toLowerCase().includes(words);
  }

  #changed(board: Board, before: Board): void {
    if (board.asks === before.asks) return;
    const first = before.number === 0 && before.asks.size === 0;
    const lingering = new Map(this.#lingering);
    const told: string[] = [];
    for (const ask of board.asks.values()) {
      const was = before.asks.get(ask.key);
      if (was === ask) continue;
      if (ask.state === 'settled') {
        if (was === undefined || was.state === 'settled') continue;
        lingering.set(ask.key, this.#clock.now + LINGER);
        told.push(say.inbox.ended(ask.title, outcomeWord(ask)));
      } else if (was === undefined && !first) {
        told.push(say.inbox.fresh(ask.title));
      }
    }
    this.#lingering = lingering;
    if (told.length > 0)
      this.announcement = told.length > 3 ? say.inbox.manyChanged(told.length) : told.join('. ');
    if (this.selected === null || !board.asks.has(this.selected)) {
      this.selected = this.#onScreen = this.listed[0]?.key ?? null;
    }
    this.#arm(performance.now(), false);
  }

  /** What is shown is the ask as it is now: when it changes under the operator, keys wait again. */
  #arm(now: number, wanted: boolean): void {
    const ask = this.current;
    this.arming.show(ask === undefined ? null : `${ask.key} ${ask.shown}`, now, wanted);
  }
}

function byDeadline(a: AskView, b: AskView): number {
  const due = (ask: AskView): number => ask.expiresAt ?? Number.POSITIVE_INFINITY;
  const [left, right] = [due(a), due(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a.askedAt - b.askedAt || (a.key < b.key ? -1 : 1);
}
