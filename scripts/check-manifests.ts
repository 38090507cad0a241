/**
 * `npm run check:manifests`: what is installed, as other people's tools see it: Kubernetes' schemas, helm, kube-score,
 * promtool, hadolint, actionlint, and Tugwatch's own audit. A line for each; the exit code is 1 when one complains. What
 * is left out because its tool is not there says so (npm run tools).
 */
import { spawnSync } from 'node:child_process';
import {
  type CheckResult,
  checkAudit,
  checkChart,
  checkDockerfile,
  checkRules,
  checkSchemas,
  checkScore,
  checkWorkflows,
} from './manifests/checks.ts';
import { chartRenderings, kustomizeRenderings, type Rendering } from './manifests/renderings.ts';
import { findTool, whyMissing } from './tools/find.ts';

const results: CheckResult[] = [checkChart()];
const charts = renderAll('the chart', findTool('helm') === null ? whyMissing('helm') : null, chartRenderings);
const noKubectl = spawnSync('kubectl', ['version', '--client']).status === 0 ? null : 'kubectl is not on the PATH';
for (const rendering of [...renderAll('kustomize', noKubectl, kustomizeRenderings), ...charts]) {
  results.push(await checkSchemas(rendering), checkScore(rendering), checkAudit(rendering));
}
results.push(checkRules('manifests/prometheus/tugwatch.rules.yaml'), checkDockerfile('Dockerfile'), checkWorkflows());

for (const { check, outcome, text } of results) {
  console.log(`${outcome.padEnd(7)} ${check}${text === '' ? '' : `: ${text.includes('\n') ? '\n' : ''}${text}`}`);
}
const failed = results.filter(({ outcome }) => outcome === 'failed').length;
const skipped = results.filter(({ outcome }) => outcome === 'skipped').length;
console.log(`${results.length - failed - skipped} checks passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;

/** One rendering that fails is a result, and costs none of the others. */
function renderAll(what: string, missing: string | null, render: () => Rendering[]): Rendering[] {
  const check = `rendering ${what}`;
  if (missing !== null) {
    results.push({ check, outcome: 'skipped', text: missing });
    return [];
  }
  try {
    return render();
  } catch (error) {
    results.push({ check, outcome: 'failed', text: (error as Error).message });
    return [];
  }
}
