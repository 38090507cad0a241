/**
 * A synthetic cluster in the shapes of a real one: fight.ndjson is an excerpt of a recording (a Deployment with its
 * ReplicaSet, HPA and Application, then the first fight over it), and every workload is a copy of it under its own name.
 * A few are copies of the Deployment and the Application of tug.ndjson, over whose pod template two writers fight.
 */
import { readFileSync } from 'node:fs';
import { parseLine, type RecordedObject } from '../../src/recording/format.ts';

export interface EstateSize {
  /** Deployments, each with an Application and two ReplicaSets; every second one has an HPA. */
  readonly workloads: number;
  /** One Application in so many is of about a megabyte; 0 is none. */
  readonly largeEvery: number;
}

/** One step of a recorded fight: what the watch of `path` tells, of the workload `name`. */
export interface FightStep {
  readonly path: string;
  /** After the first step, in the recording's time; of longer pauses a second. */
  readonly afterMs: number;
  readonly text: (name: string, resourceVersion: number) => string;
}

/** Objects as JSON text, without apiVersion and kind, as the API server lists them. */
export interface EstateKind {
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly count: number;
  /** Of which text the object is a copy, and under which name. */
  readonly copy: (index: number) => Copy;
  readonly item: (index: number) => string;
}

export interface Copy {
  readonly text: (name: string) => string;
  readonly name: string;
}

export const PATHS = {
  deployments: '/apis/apps/v1/deployments',
  replicasets: '/apis/apps/v1/replicasets',
  horizontalpodautoscalers: '/apis/autoscaling/v2/horizontalpodautoscalers',
  applications: '/apis/argoproj.io/v1alpha1/applications',
  configmaps: '/api/v1/configmaps',
  appprojects: '/apis/argoproj.io/v1alpha1/appprojects',
} as const;

/** The one workload of the excerpt: its name, its namespace and its Application's name. */
const RECORDED = 'grokdevops';
/** Of the workloads with an HPA one in so many has an Application that does not protect replicas. */
const OPEN_EVERY = 10;
/** Entries of status.resources that make an Application about a megabyte. */
const LARGE_RESOURCES = 4_000;
/** Lines of fight.ndjson and of tug.ndjson before their first step: the state before the fight. */
const FIRST_STEP = 6;
const FIRST_TUG_STEP = 2;
/** Workloads over whose pod template somebody may fight: the first ones without an HPA. */
const TUGS = 5;
/** Longer pauses of a recording are played as this. */
const PAUSE_MS = 1_000;

interface RecordedLine {
  readonly at: number;
  readonly apiVersion: string;
  readonly path: string;
  readonly object: RecordedObject;
}

export class Estate {
  readonly size: EstateSize;
  readonly kinds: readonly EstateKind[];
  /** The fight, step by step. */
  readonly fight: readonly FightStep[];
  /** Index in `fight` of the write that proves it: Argo CD has put the declared value back. */
  readonly proof: number;
  /** The fight over a pod template, four rounds of it. */
  readonly tug: readonly FightStep[];

  constructor(size: EstateSize) {
    this.size = size;
    const lines = readExcerpt('fight');
    const tugLines = readExcerpt('tug');
    const [tugApplication, tugDeployment] = tugLines.slice(0, FIRST_TUG_STEP);
    if (!tugApplication || !tugDeployment) throw new Error('tug.ndjson is not whole');
    const [configMap, project, application, replicaSet, deployment, hpa] = lines.slice(0, FIRST_STEP);
    if (!configMap || !project || !application || !replicaSet || !deployment || !hpa)
      throw new Error('fight.ndjson is not whole');
    const { workloads, largeEvery } = size;
    const deploymentText = copyOf(deployment.object);
    const hpaText = copyOf(hpa.object);
    const replicaSetText = copyOf(replicaSet.object);
    const oldReplicaSetText = copyOf(retired(replicaSet.object));
    const tugText = copyOf(tugDeployment.object);
    const configMapText = copyOf(configMap.object);
    const projectText = copyOf(project.object);
    // The open one, the protected one, the one in a tug; then the same at a megabyte.
    const variants = [application.object, protectedFrom(application.object), tugApplication.object].map((o) =>
      copyOf(o),
    );
    const applicationTexts = [...variants, ...variants.map((text) => (name: string) => enlarged(text(name), name))];
    this.kinds = [
      kindOf(deployment, workloads, (index) => ({
        text: isTug(index) ? tugText : deploymentText,
        name: nameOf(index),
      })),
      kindOf(replicaSet, 2 * workloads, (index) => ({
        text: index % 2 === 0 ? replicaSetText : oldReplicaSetText,
        name: nameOf(index >> 1),
      })),
      kindOf(hpa, Math.ceil(workloads / 2), (index) => ({ text: hpaText, name: nameOf(2 * index) })),
      kindOf(application, workloads, (index) => {
        const large = largeEvery > 0 && index % largeEvery === largeEvery - 1;
        const variant = isTug(index) ? 2 : isOpen(index) ? 0 : 1;
        return { text: pick(applicationTexts, variant + (large ? variants.length : 0)), name: nameOf(index) };
      }),
      kindOf(configMap, 1, () => ({ text: configMapText, name: '' })),
      kindOf(project, 1, () => ({ text: projectText, name: '' })),
    ];
    this.fight = stepsOf(lines.slice(FIRST_STEP));
    this.tug = stepsOf(tugLines.slice(FIRST_TUG_STEP));
    this.proof = lines
      .slice(FIRST_STEP)
      .findIndex(
        ({ path, object }, index) =>
          path === PATHS.deployments && index > 0 && (object['spec'] as { replicas?: number }).replicas === 3,
      );
  }

  /** Names of the workloads whose replicas nothing protects: only they can fight. */
  openWorkloads(): string[] {
    const names: string[] = [];
    for (let index = 0; index < this.size.workloads; index += 1) if (isOpen(index)) names.push(nameOf(index));
    return names;
  }

  /** Names of the workloads that `tug` can be played of. */
  tugWorkloads(): string[] {
    return Array.from({ length: TUGS }, (_, tug) => 2 * tug + 1)
      .filter((index) => index < this.size.workloads)
      .map(nameOf);
  }
}

/** 'app-00017'. */
export function nameOf(index: number): string {
  return `app-${String(index).padStart(5, '0')}`;
}

/** The same object as text, in another version. */
export function withVersion(text: string, resourceVersion: number): string {
  return text.replace(/"resourceVersion":"\d+"/, `"resourceVersion":"${resourceVersion}"`);
}

function isOpen(index: number): boolean {
  return index % (2 * OPEN_EVERY) === 0;
}

function isTug(index: number): boolean {
  return index % 2 === 1 && index < 2 * TUGS;
}

function readExcerpt(name: string): RecordedLine[] {
  const text = readFileSync(new URL(`./${name}.ndjson`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const read = parseLine(line);
      if (read.type === 'BROKEN') throw new Error(`${name}.ndjson: a line ${read.reason}`);
      const { at, apiVersion, resource, object } = read;
      return { at, apiVersion, path: PATHS[resource as keyof typeof PATHS], object };
    });
}

function kindOf({ path, apiVersion, object }: RecordedLine, count: number, copy: (index: number) => Copy): EstateKind {
  const item = (index: number) => {
    const { text, name } = copy(index);
    return text(name);
  };
  return { path, apiVersion, kind: String(object['kind']), count, copy, item };
}

function stepsOf(lines: readonly RecordedLine[]): FightStep[] {
  let afterMs = 0;
  let before = lines[0]?.at ?? 0;
  return lines.map(({ at, path, object }) => {
    afterMs += Math.min(PAUSE_MS, at - before);
    before = at;
    const text = copyOf(object, false);
    return {
      path,
      afterMs,
      text: (name, resourceVersion) => `{"type":"MODIFIED","object":${withVersion(text(name), resourceVersion)}}\n`,
    };
  });
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index] as T;
}

/** The object as text under other names, with uids of its own. A typed list leaves apiVersion and kind out. */
function copyOf(object: RecordedObject, listed = true): (name: string) => string {
  const { apiVersion, kind, ...rest } = object;
  const text = JSON.stringify(listed ? rest : { apiVersion, kind, ...rest });
  const parts = text.replaceAll(
    /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
    (uid) => `${uid.slice(0, 24)}${RECORDED}`,
  );
  return (name) => (name === '' ? text : parts.replaceAll(RECORDED, name));
}

/** An older revision: no pods, another template. */
function retired(replicaSet: RecordedObject): RecordedObject {
  const text = JSON.stringify({ ...replicaSet, status: { replicas: 0, observedGeneration: 3 } })
    .replaceAll('54b658d68', '6c9f7d5b84')
    .replaceAll('"replicas":3', '"replicas":0')
    .replace(/"uid":"[0-9a-f]{8}/, '"uid":"0ld0ld00')
    .replaceAll('1.4.2', '1.4.1');
  return JSON.parse(text.replaceAll('0ld0ld00', '01d01d00')) as RecordedObject;
}

function protectedFrom(application: RecordedObject): RecordedObject {
  const spec = application['spec'] as { syncPolicy: { syncOptions: string[] } };
  return {
    ...application,
    spec: {
      ...spec,
      ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
      syncPolicy: {
        ...spec.syncPolicy,
        syncOptions: [...spec.syncPolicy.syncOptions, 'RespectIgnoreDifferences=true'],
      },
    } as unknown as RecordedObject,
  };
}

/** With thousands of ConfigMaps in status.resources and in the result of the last sync. */
function enlarged(text: string, name: string): string {
  const object = JSON.parse(text) as {
    status: { resources: unknown[]; operationState: { syncResult: { resources: unknown[] } } };
  };
  for (let index = 0; index < LARGE_RESOURCES; index += 1) {
    const one = {
      kind: 'ConfigMap',
      name: `settings-${index}-of-${name}`,
      namespace: name,
      status: 'Synced',
      version: 'v1',
    };
    object.status.resources.push(one);
    object.status.operationState.syncResult.resources.push({
      ...one,
      message: 'configmap configured',
      syncPhase: 'Sync',
    });
  }
  return JSON.stringify(object);
}
