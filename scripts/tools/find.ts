/** Where a pinned tool is on this machine: in the cache that `npm run tools` fills, or where Go put one of the same version. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type PinnedTool, pinnedTool, type ToolName } from './pinned.ts';

/** The folder of one version of one tool; nothing else is in it. */
export function cacheFolder({ name, version }: PinnedTool): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'tugwatch', 'tools', `${name}-${version}`);
}

export function cachedBinary(tool: PinnedTool): string {
  const folder = cacheFolder(tool);
  return tool.from === 'pip' ? join(folder, 'bin', tool.name) : join(folder, tool.name);
}

/** The path of the tool at its pinned version, null when this machine has none. */
export function findTool(name: ToolName): string | null {
  const tool = pinnedTool(name);
  const cached = cachedBinary(tool);
  if (existsSync(cached)) return cached;
  if (tool.from !== 'go') return null;
  return binariesOfGo(name).find((path) => builtAt(path) === `v${tool.version}`) ?? null;
}

/** One sentence for a test or a check that is left out. */
export function whyMissing(name: ToolName): string {
  const { version } = pinnedTool(name);
  return `${name} ${version} is not on this machine: npm run tools installs it where there is Go or Python`;
}

function binariesOfGo(name: string): string[] {
  const gopath = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' }).stdout?.trim() || join(homedir(), 'go');
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(gopath, 'bin')];
  return folders.map((folder) => join(folder, name)).filter((path) => existsSync(path));
}

/** The version of the module that a Go binary was built from, null when it does not say. */
function builtAt(path: string): string | null {
  const { stdout } = spawnSync('go', ['version', '-m', path], { encoding: 'utf8' });
  return /^\s*mod\s+\S+\s+(\S+)/m.exec(stdout ?? '')?.[1] ?? null;
}
