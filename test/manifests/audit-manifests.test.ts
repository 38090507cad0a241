import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { auditManifests, type ManifestAudit } from '../../src/manifests/audit-manifests.ts';

const FIXTURES = relative(process.cwd(), new URL('../fixtures/manifests', import.meta.url).pathname);
const scratch: string[] = [];
afterAll(() => Promise.all(scratch.map((folder) => rm(folder, { recursive: true }))));

async function* stream(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function auditPaths(paths: readonly string[], stdin = ''): Promise<ManifestAudit> {
  return auditManifests(paths, { now: 0, stdin: stream(stdin) });
}

/** Audits files given by name and text, as one folder. */
async function auditFiles(files: { readonly [name: string]: string }): Promise<ManifestAudit> {
  const folder = await mkdtemp(join(tmpdir(), 'tugwatch-audit-'));
  scratch.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return auditPaths([folder]);
}

/** 'TW101 shop/web guestbook:6', the file by its last part. */
function found(audit: ManifestAudit): string[] {
  return audit.risks.map(({ rule, workload, location }) => {
    const file = location?.file.split('/').at(-1);
    return `${rule} ${workload.namespace}/${workload.name} ${file}:${location?.line}`;
  });
}

const deployment = (name: string, replicas: number | null, namespace = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
${namespace === '' ? '' : `  namespace: ${namespace}\n`}spec:
${replicas === null ? '' : `  replicas: ${replicas}\n`}  selector: {matchLabels: {app: ${name}}}
  template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: app, image: app:1}]}}
`;
const hpa = (name: string, min = 2, max = 9, namespace = '') => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: ${name}${namespace === '' ? '' : `, namespace: ${namespace}`}}
spec:
  minReplicas: ${min}
  maxReplicas: ${max}
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}
`;
const application = (name: string, namespace: string, path = 'somewhere/else') => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}}
spec:
  source: {repoURL: https://git.example.com/x.git, path: ${path}}
  destination: {server: https://kubernetes.default.svc, namespace: ${namespace}}
  syncPolicy: {automated: {selfHeal: true}}
`;

describe('layouts that people keep in Git', () => {
  it('joins an app of apps: the Application whose path is the folder of the Deployment', async () => {
    const audit = await auditPaths([`${FIXTURES}/app-of-apps`]);
    expect(found(audit)).toEqual(['TW101 guestbook/guestbook-ui deployment.yaml:6']);
    expect(audit.risks[0]?.application).toEqual({ namespace: 'argocd', name: 'guestbook' });
    expect(audit.risks[0]?.certainty).toBeUndefined();
    expect(audit.risks[0]?.location?.file).toBe(`${FIXTURES}/app-of-apps/guestbook/deployment.yaml`);
  });

  it('follows overlays into their base, each with its own namespace, name, replicas and patches', async () => {
    const audit = await auditPaths([`${FIXTURES}/kustomize`]);
    expect(found(audit)).toEqual(['TW101 dev/web deployment.yaml:6', 'TW105 dev/web deployment.yaml:6']);
    expect(audit.risks[0]?.message).toContain('Git declares 1 replica');
    expect(audit.safe.map(({ workload, reason }) => `${workload.namespace}/${workload.name}: ${reason}`)).toEqual([
      'prod/prod-web: Git does not declare replicas, so Argo CD leaves them alone',
    ]);
  });

  it('stands in for the Applications that an ApplicationSet would make', async () => {
    const audit = await auditPaths([`${FIXTURES}/application-set`]);
    expect(found(audit)).toEqual(['TW101 web/web all.yaml:6']);
    expect(audit.risks[0]?.application?.name).toBe('web');
    expect(audit.safe.map((each) => `${each.workload.name}: ${each.reason}`)).toEqual([
      'api: Git does not declare replicas, so Argo CD leaves them alone',
    ]);
  });

  it('keeps stages apart that hold the same object', async () => {
    const audit = await auditPaths([`${FIXTURES}/stages`]);
    expect(audit.counts.worlds).toBe(2);
    expect(audit.risks.map((risk) => `${risk.rule} ${risk.location?.file.split('/').at(-2)}`)).toEqual([
      'TW101 dev',
      'TW101 prod',
      'TW105 prod',
    ]);
  });

  it('finds two Applications with one source and one destination', async () => {
    const audit = await auditPaths([`${FIXTURES}/two-owners`]);
    expect(found(audit)).toEqual(['TW109 team/web web.yaml:1']);
    expect(audit.safe).toEqual([]);
  });

  it('reads what helm template prints', async () => {
    const audit = await auditPaths([`${FIXTURES}/rendered/helm.yaml`]);
    expect(found(audit)).toEqual(['TW101 default/web helm.yaml:16']);
    expect(audit.risks[0]?.certainty).toBe('assumed');
    expect(audit.notes.join(' ')).toContain('No Application in the input claims default/web');
  });

  it('joins within one file by destination namespace, and believes the rule of the Application', async () => {
    const audit = await auditPaths([`${FIXTURES}/rendered/bundle.yaml`]);
    expect(found(audit)).toEqual([]);
    expect(audit.safe[0]?.reason).toContain('protected by spec.ignoreDifferences[0]');
  });

  it("puts Git's text and the live object together: replicas gone from the one, still in the other's last-applied", async () => {
    const audit = await auditPaths([`${FIXTURES}/live`]);
    expect(found(audit)).toEqual(['TW106 shop/web web.yaml:1']);
    expect(audit.risks[0]?.message).toContain('last-applied still holds 3');
  });

  it('reads an export of kubectl get -o json alone, lines included', async () => {
    const audit = await auditPaths([`${FIXTURES}/live/cluster.json`]);
    expect(found(audit)).toEqual(['TW101 shop/web cluster.json:31']);
    expect(audit.risks[0]?.application?.name).toBe('web');
  });
});

describe('two Applications that declare one object', () => {
  const shared = { 'shared/web.yaml': deployment('web', 2) };

  it('are not held against each other across stages: each has an Argo CD and a cluster of its own', async () => {
    const audit = await auditFiles({
      ...shared,
      'dev/app.yaml': application('web-dev', 'shop', 'shared'),
      'prod/app.yaml': application('web-prod', 'shop', 'shared'),
    });
    expect(audit.risks).toEqual([]);
  });

  it('are found in different folders when one parent makes both', async () => {
    const root = application('root', 'argocd', 'apps').replace('path: apps', 'path: apps, directory: {recurse: true}');
    const audit = await auditFiles({
      ...shared,
      'root.yaml': root,
      'apps/a/app.yaml': application('web-a', 'shop', 'shared'),
      'apps/b/app.yaml': application('web-b', 'shop', 'shared'),
    });
    expect(audit.risks.map((risk) => risk.rule)).toEqual(['TW109']);
  });
});

describe('joining workloads with Applications', () => {
  it('joins files of different folders by the one Application that deploys to their namespace', async () => {
    const audit = await auditFiles({
      'argo/app.yaml': application('shop', 'shop'),
      'deploy/web.yaml': deployment('web', 3, 'shop'),
      'scaling/web.yaml': hpa('web', 2, 9, 'shop'),
    });
    expect(audit.risks.map((risk) => risk.application?.name)).toEqual(['shop']);
  });

  it('does not guess between two Applications that deploy to one namespace, and says so', async () => {
    const audit = await auditFiles({
      'a.yaml': application('a', 'shop'),
      'b.yaml': application('b', 'shop'),
      'web.yaml': deployment('web', 3, 'shop'),
      'hpa.yaml': hpa('web', 2, 9, 'shop'),
    });
    expect(audit.risks.map((risk) => [risk.application, risk.certainty])).toEqual([[null, 'assumed']]);
    expect(audit.notes.some((note) => note.includes('argocd/a (somewhere/else), argocd/b'))).toBe(true);
  });

  it('leaves a workload alone whose Application lies in another folder', async () => {
    const audit = await auditFiles({
      'argo/web.yaml': application('web', 'shop', 'apps/web'),
      'apps/web/all.yaml': deployment('web', null, 'shop'),
      'old/legacy.yaml': `${deployment('legacy', 3, 'shop')}---\n${hpa('legacy', 2, 9, 'shop')}`,
    });
    expect(audit.risks.map((risk) => [risk.workload.name, risk.application])).toEqual([['legacy', null]]);
  });

  it('takes an HPA without a namespace for one of the namespace that the file names', async () => {
    const audit = await auditFiles({ 'web.yaml': `${deployment('web', 3, 'shop')}---\n${hpa('web')}` });
    expect(audit.risks.map((risk) => risk.rule)).toEqual(['TW101']);
  });

  it('takes ApplicationSets with a list of clusters for one Application each', async () => {
    const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: fleet}
spec:
  generators: [{list: {elements: [{region: eu}, {region: us}]}}]
  template:
    metadata: {name: 'fleet-{{region}}'}
    spec:
      source: {repoURL: https://git.example.com/x.git, path: 'fleet/{{region}}'}
      destination: {name: '{{region}}', namespace: fleet}
      syncPolicy: {automated: {selfHeal: true}}
`;
    const all = `${deployment('web', 3)}---\n${hpa('web')}`;
    const audit = await auditFiles({ 'set.yaml': set, 'fleet/eu/web.yaml': all, 'fleet/us/web.yaml': all });
    expect(audit.risks.map((risk) => risk.application?.name)).toEqual(['fleet-eu', 'fleet-us']);
  });

  it('reads argocd-cm for rules that hold everywhere', async () => {
    const audit = await auditFiles({
      'cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data:
  resource.customizations.ignoreDifferences.apps_Deployment: |
    jsonPointers: [/spec/replicas]
`,
      'app.yaml': application('web', 'shop'),
      'web.yaml': `${deployment('web', 3, 'shop')}---\n${hpa('web', 2, 9, 'shop')}`,
    });
    expect(audit.risks.map((risk) => risk.rule)).toEqual(['TW102']);
  });
});

describe('input that is not what it should be', () => {
  it('skips a broken document, names file and line, and uses all the others', async () => {
    const broken = 'apiVersion: v1\nkind: Service\nmetadata: {name: [web\nspec: {}\n';
    const audit = await auditFiles({ 'all.yaml': [deployment('web', 3), broken, hpa('web')].join('---\n') });
    expect(audit.problems.map(({ file, line }) => `${file.split('/').at(-1)}:${line}`)).toEqual(['all.yaml:13']);
    expect(audit.risks.map((risk) => risk.rule)).toEqual(['TW101']);
  });

  it('says that a line with --- is missing where two objects run into each other', async () => {
    const audit = await auditFiles({ 'all.yaml': deployment('web', 3) + hpa('web') });
    expect(audit.problems[0]?.message).toContain('a line with --- is missing');
  });

  it('counts Helm templates, says once what to do, and does not call them broken', async () => {
    const audit = await auditFiles({
      'Chart.yaml': 'apiVersion: v2\nname: web\n',
      'values.yaml': 'replicaCount: 3\n',
      'templates/deployment.yaml': `${deployment('web', 3)}  {{- if .Values.x }}\n  x: y\n  {{- end }}\n`,
      'templates/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n',
    });
    expect(audit.problems).toEqual([]);
    expect(audit.counts.templates).toBe(2);
    expect(audit.notes.filter((note) => note.includes('helm template'))).toHaveLength(1);
  });

  const partial = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 7}\n';

  it('does not take a patch below a kustomization for a whole Deployment', async () => {
    const audit = await auditFiles({
      'kustomization.yaml': 'resources: [hpa.yaml]\npatches: [{path: patches/replicas.yaml}]\n',
      'patches/replicas.yaml': partial,
      'hpa.yaml': hpa('web'),
    });
    expect(audit.counts.patches).toBe(1);
    expect(audit.risks).toEqual([]);
    expect(audit.notes.some((note) => note.includes('kustomize build'))).toBe(true);
  });

  it('takes a Deployment that lacks this and that as it stands where nobody would merge it', async () => {
    const audit = await auditFiles({ 'web.yaml': partial, 'hpa.yaml': hpa('web') });
    expect(found(audit)).toEqual(['TW101 default/web web.yaml:4']);
  });

  it('finds a scaler whose target is nowhere in the input, not in another stage either', async () => {
    expect(found(await auditFiles({ 'hpa.yaml': hpa('web') }))).toEqual(['TW111 default/web hpa.yaml:1']);
    const elsewhere = await auditFiles({ 'hpa.yaml': hpa('web'), 'web.yaml': deployment('web', null, 'prod') });
    expect(found(elsewhere)).toEqual([]);
  });

  it('reads standard input, several stages one after the other included', async () => {
    const stage = `${deployment('web', 3)}---\n${hpa('web')}`;
    const audit = await auditPaths(['-'], `${stage}---\n${stage}`);
    expect(found(audit)).toEqual(['TW101 default/web standard input:6', 'TW101 default/web standard input:23']);
  });

  it('says in one sentence that a path does not exist', async () => {
    await expect(auditPaths(['no/such/folder'])).rejects.toThrow(
      'no/such/folder cannot be read: there is no such file or folder.',
    );
  });

  it('says that nothing was found in an empty folder', async () => {
    const audit = await auditFiles({ 'readme.md': '# nothing' });
    expect(audit.notes).toEqual(['No Kubernetes object was found in the input.']);
  });

  it('refuses an alias bomb, and goes on', async () => {
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const bomb = levels.map((name, index) => {
      const items = index === 0 ? 'x' : `*${levels[index - 1]}`;
      return `${name}: &${name} [${Array(9).fill(items).join(', ')}]`;
    });
    const audit = await auditFiles({
      'bomb.yaml': bomb.join('\n'),
      'web.yaml': `${deployment('web', 3)}---\n${hpa('web')}`,
    });
    expect(audit.problems).toHaveLength(1);
    expect(audit.risks).toHaveLength(1);
  });

  it('ignores JSON that was never meant for Kubernetes', async () => {
    const audit = await auditFiles({ 'package.json': '{"name": "x"}', 'tsconfig.json': '{ // comment\n "a": 1 }' });
    expect(audit.problems).toEqual([]);
  });

  it('keeps a silenced risk in the list, with the reason from the manifest', async () => {
    const silenced = deployment('web', 3).replace(
      'metadata:\n',
      'metadata:\n  annotations: {tugwatch.dev/ignore: "TW101: by hand until May"}\n',
    );
    const audit = await auditFiles({ 'web.yaml': `${silenced}---\n${hpa('web')}` });
    expect(audit.risks).toEqual([]);
    expect(audit.suppressed[0]?.suppressed).toContain('by hand until May');
    expect(audit.suppressed[0]?.location?.line).toBe(7);
  });
});

describe('a large folder', () => {
  it('audits 2,000 files well within the time that a commit hook may take', { timeout: 15_000 }, async () => {
    const files: { [name: string]: string } = {};
    for (let index = 0; index < 1000; index += 1) {
      files[`team-${index % 20}/d${index}.yaml`] = deployment(`web-${index}`, 3);
      files[`team-${index % 20}/h${index}.yaml`] = hpa(`web-${index}`);
    }
    expect((await auditFiles(files)).risks).toHaveLength(1000);
  });
});
