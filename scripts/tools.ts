/**
 * `npm run tools`: brings the pinned tools that check manifests, chart, Dockerfile and workflows into a folder of the
 * user's cache. One that cannot be had is named, and costs nothing but the checks that need it: the exit code is 0.
 * Names as arguments bring those only; `--path NAME` prints where one is, and nothing else.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { cachedBinary, cacheFolder, findTool } from './tools/find.ts';
import { PINNED_TOOLS, type PinnedTool, type ToolName } from './tools/pinned.ts';

/** For all of them: neither a network that does not answer nor a slow compiler may hold up the tests for long. */
const LIMIT_MS = 240_000;

const started = performance.now();
const { values, positionals: wanted } = parseArgs({ options: { path: { type: 'string' } }, allowPositionals: true });
if (values.path !== undefined) {
  printPath(values.path);
} else {
  bring();
}

function printPath(name: string): void {
  const path = PINNED_TOOLS.some((tool) => tool.name === name) ? findTool(name as ToolName) : null;
  if (path === null) {
    console.error(`${name} is not on this machine at the version that is pinned: npm run tools -- ${name} installs it`);
    process.exitCode = 1;
  } else {
    console.log(path);
  }
}

function bring(): void {
  for (const tool of PINNED_TOOLS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const found = findTool(tool.name);
    const failure = found === null ? install(tool) : null;
    console.log(
      failure === null
        ? `${tool.name} ${tool.version}: ${found ?? cachedBinary(tool)}`
        : `${tool.name} ${tool.version} could not be installed, and what needs it is skipped: ${failure}`,
    );
  }
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
      timeout: Math.max(1, Math.round(LIMIT_MS - (performance.now() - started))),
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
