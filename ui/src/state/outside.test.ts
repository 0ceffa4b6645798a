import { expect, test } from 'vitest';

import { FixtureHost } from '../gallery/fixture-host';
import { destination, Outside } from './outside.svelte';

test('only the web and mail are led to', () => {
  for (const good of ['https://example.org/a', 'http://127.0.0.1:7000/', 'mailto:ops@example.org']) {
    expect(destination(good)?.href).toBe(good);
  }
  for (const bad of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'vscode://x',
    'data:text/html,x',
    '/here',
    '',
  ]) {
    expect(destination(bad), bad).toBeNull();
  }
});

test('nothing opens before the operator says so, and what could not be opened says why', async () => {
  const host = new FixtureHost();
  const outside = new Outside(host);
  outside.ask('https://example.org/');
  outside.cancel();
  await outside.open();
  expect(host.opened).toEqual([]);
  outside.ask('https://example.org/');
  host.openExternal = () => Promise.reject(new Error('no program'));
  await outside.open();
  expect(outside.trouble).toContain('no program');
  expect(outside.asking).not.toBeNull();
});
