import { defineConfig } from 'vitest/config';

/**
 * Processes, browsers and clusters that live in real time, on machines that others use as well: what did not come in time
 * is asked for once more before it is called broken. Everything else moves its own time, and must hold at the first try.
 */
const REAL_TIME = ['test/e2e/**/*.test.ts', 'test/browser/**/*.test.ts', 'test/docs/commands.test.ts'];
/** They need Go, etcd and minutes: npm run test:apiserver. */
const ELSEWHERE = ['test/apiserver/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: [...REAL_TIME, ...ELSEWHERE],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'real-time', include: REAL_TIME, testTimeout: 120_000, hookTimeout: 120_000, retry: 1 },
      },
    ],
  },
});
