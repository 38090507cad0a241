/** One tool's word on what is installed. A tool that is not there makes a check that is left out, by name. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHART } from '../chart/render.ts';
import { findTool, whyMissing } from '../tools/find.ts';
import type { ToolName } from '../tools/pinned.ts';
import type { Rendering } from './renderings.ts';
import { type KubernetesObject, violationsOf } from './validate.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface CheckResult {
  readonly check: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What the tool complains of, or why there is none. */
  readonly text: string;
}

/**
 * What kube-score asks for and Tugwatch does not do. A CPU limit delays what is told; a tag that names a release needs
 * no pull each time; in place of an anti-affinity the pod has a topology spread, which does the same and lets a node be
 * replaced.
 */
const KUBE_SCORE = [
  '--ignore-container-cpu-limit',
  '--ignore-test',
  'container-image-pull-policy,deployment-has-host-podantiaffinity',
  '--exit-one-on-warning',
  '--kubernetes-version',
  'v1.32',
];

export async function checkSchemas({ title, yaml }: Rendering): Promise<CheckResult> {
  const check = `Kubernetes' schemas: ${title}`;
  const objects = parseAllDocuments(yaml)
    .map((document) => document.toJS() as (KubernetesObject & { metadata: { name: string } }) | null)
    .filter((object) => object !== null);
  const complaints: string[] = [];
  for (const object of objects) {
    for (const violation of await violationsOf(object)) {
      complaints.push(`${object.kind} ${object.metadata?.name}: ${violation}`);
    }
  }
  if (complaints.length > 0) return { check, outcome: 'failed', text: complaints.join('\n') };
  return { check, outcome: 'passed', text: `${objects.length} objects` };
}

export function checkScore({ title, yaml }: Rendering): CheckResult {
  return runPinned(`kube-score: ${title}`, 'kube-score', ['score', ...KUBE_SCORE, '-o', 'ci', '-'], yaml, (output) =>
    output.replace(/^\[(OK|SKIPPED)\].*\n?/gm, ''),
  );
}

export function checkChart(chart: string = CHART): CheckResult {
  return runPinned('helm lint', 'helm', ['lint', '--strict', '--quiet', chart]);
}

export function checkDockerfile(path: string): CheckResult {
  return runPinned('hadolint', 'hadolint', ['--no-color', path]);
}

/** Every workflow of the repository; the scripts in them too, where shellcheck is on the PATH. */
export function checkWorkflows(...paths: readonly string[]): CheckResult {
  return runPinned('actionlint', 'actionlint', ['-no-color', ...paths]);
}

export function checkRules(path: string): CheckResult {
  return run('promtool', 'promtool', ['check', 'rules', '--lint=all', '--lint-fatal', path], {
    missing: 'promtool is not on this machine: it is in the Debian package prometheus',
  });
}

/** Tugwatch's own audit, of what somebody would apply. */
export function checkAudit({ title, yaml }: Rendering): CheckResult {
  const args = [join(ROOT, 'bin', 'tugwatch.js'), 'audit', '-', '--strict', '--fail-on', 'risk'];
  return run(`tugwatch audit: ${title}`, process.execPath, args, { input: yaml });
}

function runPinned(
  check: string,
  name: ToolName,
  args: readonly string[],
  input = '',
  shorten: (output: string) => string = (output) => output,
): CheckResult {
  const path = findTool(name);
  if (path === null) return { check, outcome: 'skipped', text: whyMissing(name) };
  return run(check, path, args, { input, shorten });
}

interface RunOptions {
  readonly input?: string;
  readonly shorten?: (output: string) => string;
  /** Why it is left out where the command is not found. */
  readonly missing?: string;
}

function run(check: string, command: string, args: readonly string[], options: RunOptions = {}): CheckResult {
  const { input = '', shorten = (output: string) => output, missing } = options;
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', input });
  if (missing !== undefined && (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    return { check, outcome: 'skipped', text: missing };
  }
  if (status === 0) return { check, outcome: 'passed', text: '' };
  const said = shorten(`${stdout ?? ''}${stderr ?? ''}`).trim();
  return { check, outcome: 'failed', text: said === '' ? (error?.message ?? `it ended with ${status}`) : said };
}
