/**
 * `npm run tools`: brings the pinned tools that check manifests, chart, Dockerfile and workflows into a folder of the
 * user's cache. One that cannot be had is named, and costs nothing but the checks that need it: the exit code is 0.
 * Names as arguments bring those only.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { cachedBinary, cacheFolder, findTool } from './tools/find.ts';
import { PINNED_TOOLS, type PinnedTool } from './tools/pinned.ts';

/** For all of them: neither a network that does not answer nor a slow compiler may hold up the tests for long. */
const LIMIT_MS = 240_000;

const started = performance.now();
const wanted = process.argv.slice(2);
for (const tool of PINNED_TOOLS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const found = findTool(tool.name);
  const failure = found === null ? install(tool) : null;
  console.log(
    failure === null
      ? `${tool.name} ${tool.version}: ${found ?? cachedBinary(tool)}`
      : `${tool.name} ${tool.version} could not be installed, and what needs it is skipped: ${failure}`,
  );
}

/** What went wrong, null when the tool is there now. It appears whole or not at all. */
function install(tool: PinnedTool): string | null {
  const folder = cacheFolder(tool);
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(dirname(folder), { recursive: true });
  const [command, ...args] =
    tool.from === 'go'
      ? ['go', 'install', `${tool.package}@v${tool.version}`]
      : ['python3', '-m', 'pip', 'install', '--quiet', '--target', partial, `${tool.package}==${tool.version}`];
  try {
    const { status, error, stderr } = spawnSync(command as string, args, {
      encoding: 'utf8',
      env: { ...process.env, GOBIN: partial },
      timeout: Math.max(1, LIMIT_MS - (performance.now() - started)),
    });
    if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return 'it took too long';
    if (error !== undefined) return `${command}: ${(error as NodeJS.ErrnoException).code ?? error.message}`;
    if (status !== 0) return stderr.trim().split('\n').at(-1) ?? `${command} ended with ${status}`;
    renameSync(partial, folder);
    return null;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
