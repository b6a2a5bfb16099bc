import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/integration/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    maxConcurrency: 3,
    // A golden file that is missing is a failure here as in CI; `-u` writes them anew.
    update: 'none',
    // CI machines are shared and noisy: a test that starts processes and browsers may meet a stalled minute. Vitest
    // marks what needed a second try; at a developer's desk every failure stays a failure.
    retry: process.env.CI ? 2 : 0,
  },
});
