import { defineConfig } from 'vitest/config';

/** Tests in a real browser: what it takes, how it looks, and what the policy of the window lets through. */
export default defineConfig({
  test: {
    include: ['browser/**/*.test.ts'],
    globalSetup: 'browser/setup.ts',
    // A busy machine is slow, not wrong.
    testTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 180_000,
    // One browser at a time: they measure.
    fileParallelism: false,
    isolate: false,
  },
});
