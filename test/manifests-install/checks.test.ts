/** The checks of `npm run check:manifests` find what they are there for; that they pass is for that script to say. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CheckResult,
  checkAudit,
  checkChart,
  checkDockerfile,
  checkRules,
  checkSchemas,
  checkScore,
  checkWorkflows,
} from '../../scripts/manifests/checks.ts';
import { CHART } from '../support/helm.ts';

const BAD = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: two
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: web }
`;
const FIGHT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  annotations: { argocd.argoproj.io/tracking-id: 'web:apps/Deployment:shop/web' }
spec: { replicas: 3 }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 9
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: web, namespace: argocd }
spec:
  project: default
  source: { repoURL: 'https://git.example/web.git', path: . }
  destination: { server: 'https://kubernetes.default.svc', namespace: shop }
  syncPolicy: { automated: { selfHeal: true } }
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tugwatch-bad-'));
});
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('what is wrong is found, with the words of the tool', () => {
  it.for<[string, () => CheckResult | Promise<CheckResult>, RegExp]>([
    ['a field of the wrong type', () => checkSchemas({ title: 'bad', yaml: BAD }), /Deployment web: .*replicas/],
    [
      'a pod without limits',
      () => checkScore({ title: 'bad', yaml: BAD.replace('two', '2') }),
      /\[CRITICAL\] web .*limit/,
    ],
    ['a risk', () => checkAudit({ title: 'bad', yaml: FIGHT }), /TW101/],
    ['an image by the tag latest', () => checkDockerfile(write('Dockerfile', 'FROM node:latest\n')), /DL3007/],
    [
      'a rule that does not parse',
      () => checkRules(write('r.yaml', 'groups: [{ name: a, rules: [{ alert: A, expr: "sum(" }] }]')),
      /could not parse expression/,
    ],
    [
      'a workflow with a step that is none',
      () => checkWorkflows(write('w.yml', 'on: push\njobs: { a: { runs-on: ubuntu-24.04, steps: [{ name: x }] } }\n')),
      /step must run script/,
    ],
    [
      'a template that does not render',
      () => {
        cpSync(CHART, join(folder, 'chart'), { recursive: true });
        write('chart/templates/bad.yaml', '{{ .Values.image.none.tag }}');
        return checkChart(join(folder, 'chart'));
      },
      /nil pointer/,
    ],
  ])('%s', async ([, check, words], { skip }) => {
    const result = await check();
    if (result.outcome === 'skipped') skip(result.text);
    expect(result).toMatchObject({ outcome: 'failed', text: expect.stringMatching(words) });
  });
});
