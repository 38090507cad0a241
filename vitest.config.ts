import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need Go, etcd and minutes: npm run test:apiserver.
    exclude: ['test/apiserver/**'],
    pool: 'forks',
    testTimeout: 30_000,
    reporters: ['default'],
  },
});
