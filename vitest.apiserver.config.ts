import { defineConfig } from 'vitest/config';

/** The tests that need a real API server: `npm run test:apiserver`. One file at a time, since each runs its own. */
export default defineConfig({
  test: {
    include: ['test/apiserver/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A real server in real time, on machines that others use as well: asked once more before it is called broken.
    retry: 1,
    reporters: ['default'],
  },
});
