/**
 * Runs the tests in test/apiserver against a real API server. Where there can be none it says so in one sentence, and
 * that is no failure: these tests need Go, etcd and a network, and the others do not. All arguments are vitest's.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { provideServer } from './api-server.ts';

const BUILD_MINUTES = Number(process.env['TUGWATCH_BUILD_MINUTES'] ?? 20);

const found = await provideServer(BUILD_MINUTES);
if ('missing' in found) {
  process.stdout.write(`The tests against a real API server are skipped: ${found.missing}.\n`);
} else {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const args = [vitest, 'run', '--config', 'vitest.apiserver.config.ts', ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
