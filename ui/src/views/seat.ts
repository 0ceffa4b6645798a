import { cleanup, render } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, vi } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { receipt, source } from '../gallery/samples';
import type { AskView, Command, Patch } from '../gen';
import { App } from '../state/app.svelte';
import { ARMING } from '../state/arming';
import Window from './Window.svelte';

// What the tests of the window begin with: who sits at it and the engine it has, new for each test.

export let user: UserEvent;
export let host: FixtureHost;

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: Date.UTC(2026, 10, 21, 12) });
  user = userEvent.setup();
  host = new FixtureHost(() => ({ answer: 'taken', receipt: receipt() }));
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A window of which the engine has told nothing yet. */
export function openSilent(): App {
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  return app;
}

/** A window to which nobody can ring yet. */
export async function openBare(): Promise<App> {
  const app = openSilent();
  host.push({ patch: 'reset' });
  await tick();
  return app;
}

/** A window in which these wait, with its keys awake. */
export async function open(...asks: AskView[]): Promise<App> {
  const app = openSilent();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() }, ...told(asks));
  await tick();
  vi.advanceTimersByTime(ARMING);
  return app;
}

const told = (asks: AskView[]): Patch[] => asks.map((row) => ({ patch: 'ask', row }));

export async function tell(...asks: AskView[]): Promise<void> {
  host.push(...told(asks));
  await tick();
}

/** The intents that left, as offer, values and consent. */
export function taken(): [string, unknown, unknown][] {
  return host.sent.flatMap((command: Command) =>
    command.command === 'intent.take'
      ? [[command.intent.offer, command.intent.values, command.intent.consent]]
      : [],
  );
}
