import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';
import { expect, vi } from 'vitest';

import type { AskView, Command, Key, OutcomeWord, SourceId } from '../../src/gen';
import type { AnswerTo } from '../../src/host/host';
import type { ScreenName } from '../../src/state/screens';
import { ARMING } from '../../src/state/arming';
import { openPage, type Opened } from '../page';
import { Program } from './program';
import { Stage } from './stage';

/** A busy machine is slow, not wrong: in milliseconds. */
const PATIENCE = { timeout: 60_000, interval: 100 };

/** The engine's data folder, with the engine that serves it. */
class Engine {
  readonly #data: string;
  #program: Program | null = null;

  constructor(data: string) {
    this.#data = data;
  }

  get socket(): string {
    return join(this.#data, 'bridge.sock');
  }

  async start(): Promise<void> {
    this.#program = new Program('bell', ['--json', '--data', this.#data, 'serve']);
    const ready = JSON.parse(await this.#program.line()) as { ready: boolean };
    expect(ready.ready).toBe(true);
  }

  async end(): Promise<void> {
    await this.#program?.end('SIGINT');
  }

  async crash(): Promise<void> {
    await this.#program?.end('SIGKILL');
  }
}

/** A real engine, and the page before it in a real browser. */
export class World {
  readonly page: Page;
  readonly complaints: string[];
  readonly engine: Engine;
  /** Ended last first. */
  readonly #ends: (() => Promise<unknown>)[];

  private constructor(opened: Opened, engine: Engine, ends: (() => Promise<unknown>)[]) {
    this.page = opened.page;
    this.complaints = opened.complaints;
    this.engine = engine;
    this.#ends = ends;
  }

  /** Fresh: nobody is listened to yet. */
  static async open(): Promise<World> {
    const data = await mkdtemp(join(tmpdir(), 'deskbell-bridge-'));
    const ends = [() => rm(data, { recursive: true })];
    const engine = new Engine(data);
    try {
      await engine.start();
      ends.push(() => engine.end());
      process.env['DESKBELL_SOCKET'] = engine.socket;
      const opened = await openPage('index.html');
      ends.push(() => opened.close());
      return new World(opened, engine, ends);
    } catch (thrown) {
      await endAll(ends);
      throw thrown;
    }
  }

  /** Everybody there is is listened to, and an answer leaves at once. */
  static async live(): Promise<{ world: World; stage: Stage }> {
    const world = await World.open();
    try {
      const stage = await world.listen();
      await world.undo(0);
      return { world, stage };
    } catch (thrown) {
      await world.close();
      throw thrown;
    }
  }

  /** What the page's own bridge answers. */
  async command<C extends Command>(command: C): Promise<AnswerTo<C>> {
    const response = await fetch(new URL('/bridge/command', this.page.url()), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(command),
    });
    const reply = (await response.json()) as { ok: AnswerTo<C> } | { error: { message: string } };
    if ('error' in reply) throw new Error(reply.error.message);
    return reply.ok;
  }

  /** Opens coordinators that nobody listens to yet. */
  async visit(): Promise<Stage> {
    const stage = await Stage.open();
    this.#ends.push(() => stage.end());
    return stage;
  }

  /** Listens to everybody there is, and lets them live until there is something of everything; then they rest. */
  async listen(): Promise<Stage> {
    const stage = await this.visit();
    for (const draft of stage.drafts) await this.command({ command: 'source.add', draft });
    await vi.waitFor(async () => expect(await this.#lacks()).toEqual([]), PATIENCE);
    stage.rest();
    return stage;
  }

  /** What is still to come before there is something of everything. */
  async #lacks(): Promise<string[]> {
    const asks = await this.asks();
    const waits = (dialect: string, is: (ask: AskView) => boolean): boolean =>
      asks.some((ask) => ask.dialect === dialect && is(ask));
    const many = ({ offers }: AskView): boolean =>
      offers.some(({ fields }) => fields.some(({ input }) => input.type === 'pick' && input.many));
    const { rows: findings } = await this.command({ command: 'finding.list' });
    const there: [string, boolean][] = [
      ['a change', waits('hyperhive', ({ subject }) => subject.type === 'diff')],
      ['several options', waits('hyperhive', many)],
      ['a question of a hub', waits('ailang', ({ kind }) => kind === 'question')],
      ['a form', waits('exlab', ({ kind }) => kind === 'form')],
      ['a tool', waits('warren', ({ subject }) => subject.type === 'tool')],
      ['an edit', waits('opencode', () => true)],
      ['a finding', findings.length > 0],
    ];
    return there.filter(([, is]) => !is).map(([what]) => what);
  }

  /** What waits. */
  async asks(): Promise<AskView[]> {
    return (await this.command({ command: 'ask.list', all: false })).rows;
  }

  /** How many lines of history there are of a source. */
  async lines(source: SourceId): Promise<number> {
    const { rows } = await this.command({ command: 'source.list' });
    return rows.find((row) => row.source === source)?.counts.entries ?? 0;
  }

  /** What has the focus, by its name for tests. */
  focused(): Promise<string | null> {
    return this.page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? null);
  }

  find(testid: string, data: Record<string, string> = {}): Locator {
    const more = Object.entries(data).map(([name, value]) => `[data-${name}="${value}"]`);
    return this.page.locator(`[data-testid="${testid}"]${more.join('')}`);
  }

  async go(screen: ScreenName): Promise<void> {
    const name = new RegExp(`^${screen}`, 'i');
    await this.page.locator('nav .places').getByRole('button', { name }).click();
    await this.page.locator('h1', { hasText: name }).waitFor({ state: 'attached' });
  }

  /** How long an answer can be taken back, in milliseconds. */
  async undo(undoMs: number): Promise<void> {
    const { settings } = await this.command({ command: 'settings.get' });
    await this.command({ command: 'settings.set', settings: { ...settings, undoMs } });
  }

  /** Chooses an ask in the inbox. */
  async show(key: Key): Promise<void> {
    await this.go('inbox');
    await this.find('ask-row', { key }).click();
    await this.find('ask-detail', { key }).waitFor();
  }

  /** Waits until a key may answer what came on screen. */
  async armed(): Promise<void> {
    const from = await this.page.evaluate(() => performance.now());
    await this.page.waitForFunction((until) => performance.now() >= until, from + ARMING);
  }

  /** Waits until the page says that the ask on screen ended so. */
  async ends(key: Key, outcome: OutcomeWord): Promise<void> {
    await this.find('ask-detail', { key, state: 'settled' }).waitFor();
    await this.find('outcome', { outcome }).waitFor();
  }

  async close(): Promise<void> {
    await endAll(this.#ends);
  }
}

async function endAll(ends: (() => Promise<unknown>)[]): Promise<void> {
  for (const end of ends.reverse()) await end();
}
