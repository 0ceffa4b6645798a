import { cleanup, render, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { LANGUAGES } from '../gallery/language';
import { approval, source } from '../gallery/samples';
import { App } from '../state/app.svelte';
import { SCREENS } from '../state/screens';
import { speak } from '../words/say';
import Window from './Window.svelte';

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
});

afterEach(() => {
  cleanup();
  speak([]);
});

async function open(): Promise<App> {
  const host = new FixtureHost();
  const app = new App(host, localStorage, (paint) => paint());
  render(Window, { app });
  app.start();
  host.push({ patch: 'reset' }, { patch: 'source', row: source() }, { patch: 'ask', row: approval() });
  await tick();
  return app;
}

/** What is read of the elements that are there. */
const read = (selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((element) => element.textContent.trim()).filter(Boolean);

test('in another language the window says the same in that language, on every screen', async () => {
  speak(['x-made'], LANGUAGES);
  const app = await open();
  const places = within(screen.getByRole('navigation')).getAllByRole('button').length;
  expect(places).toBeGreaterThanOrEqual(8);
  for (const name of SCREENS) {
    app.screen.go(name);
    await tick();
    // The titles of what agents ask are their own.
    const titles = read('h1, section > header h2, .settings h2, .settings h3, .settings h4, .places .title');
    expect(titles.length).toBeGreaterThan(8);
    expect(titles.filter((title) => !/^⟦.*⟧$/.test(title))).toEqual([]);
  }
});

test('an ask is told in the words of the language around what is its own', async () => {
  speak(['x-made'], LANGUAGES);
  await open();
  const detail = screen.getByTestId('ask-detail').textContent;
  expect(detail).toContain('⟦change⟧');
  expect(detail).toContain(approval().title);
  expect(detail).not.toContain(`⟦${approval().title}`);
});

test('in English nothing is in brackets', async () => {
  await open();
  expect(document.body.textContent).toContain('Inbox');
  expect(document.body.textContent).not.toContain('⟦');
});
