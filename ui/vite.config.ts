import { readFileSync } from 'node:fs';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

import { bridge } from './vite-bridge.ts';

/** The window's own policy, so that a browser shows what the window would refuse. */
function policy(): string {
  const shell = JSON.parse(
    readFileSync(new URL('../src-tauri/tauri.conf.json', import.meta.url), 'utf8'),
  ) as {
    app: { security: { csp: string } };
  };
  return shell.app.security.csp;
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), bridge(process.env['DESKBELL_SOCKET'])],
  // The shell shows its own errors above Vite's.
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  preview: { headers: { 'Content-Security-Policy': policy() } },
  build: {
    // The oldest web views with light-dark(): WebKit 17.5, Chromium 123.
    target: ['safari17.5', 'chrome123'],
    // The policy allows fonts and scripts from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  // Tests run the browser's half of Svelte.
  ...(mode === 'test' ? { resolve: { conditions: ['browser'] } } : {}),
  test: {
    environment: 'jsdom',
    // A busy machine is slow, not wrong.
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    include: ['src/**/*.test.ts', '*.test.ts'],
    setupFiles: ['src/gallery/browser.ts'],
  },
}));
