/** One Application and what its controller does with it, in the order in which a watch shows it (argo-cd 3.5). */
import type { Json } from '../../src/model/facts.ts';
import { type RawObject, rawApplication } from './cluster.ts';
import {
  type FieldChange,
  type LiveObject,
  PATH_REPLICAS,
  type Path,
  type Signature,
  type Step,
} from './live-object.ts';
import type { Stage } from './stage.ts';

const TRACKING_ID = 'argocd.argoproj.io/tracking-id';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export interface ArgoAppOptions {
  readonly name?: string;
  readonly namespace?: string;
  readonly selfHeal?: boolean;
  readonly automated?: boolean;
  /** How objects are written. */
  readonly apply?: 'client' | 'server' | 'replace';
  readonly manager?: string;
  readonly tracking?: 'annotation' | 'label';
  readonly rules?: Json;
  readonly syncOptions?: readonly string[];
}

interface Managed {
  readonly object: LiveObject;
  git: FieldChange[];
  /** Replicas stood in what was applied last. */
  declaredReplicas: boolean;
}

export interface SyncInput {
  /** Names of the objects; those that differ from Git where it is not given. */
  readonly only?: readonly string[];
  /** False: the server takes what is sent and nothing changes (a defaulted field). */
  readonly writes?: boolean;
  readonly phase?: 'Succeeded' | 'Failed';
}

export class ArgoApp {
  readonly #stage: Stage;
  readonly #options: ArgoAppOptions;
  readonly #managed = new Map<string, Managed>();
  selfHeal: boolean;
  automated: boolean;
  rules: Json | undefined;
  comparedRules: Json | undefined;
  syncOptions: readonly string[];
  /** Counts up with every commit. */
  #head = 1;
  #synced = 1;
  #attempts = 0;
  #compared: readonly string[] | undefined;
  #operationState: { [key: string]: Json } | undefined;

  constructor(stage: Stage, options: ArgoAppOptions = {}) {
    this.#stage = stage;
    this.#options = options;
    this.selfHeal = options.selfHeal ?? true;
    this.automated = options.automated ?? true;
    this.rules = options.rules;
    this.comparedRules = options.rules;
    this.syncOptions = options.syncOptions ?? [];
  }

  get name(): string {
    return this.#options.name ?? 'web';
  }

  get namespace(): string {
    return this.#options.namespace ?? 'argocd';
  }

  /** Git declares these fields of the object, which is made or taken over. */
  manages(object: LiveObject, git: readonly FieldChange[]): void {
    this.#managed.set(nameOf(object), { object, git: [...git, this.#mark(object)], declaredReplicas: false });
  }

  /** Git no longer has the object, and nothing prunes it. */
  forgets(name: string): void {
    this.#head += 1;
    this.#managed.delete(name);
  }

  /** The first sync, by hand, after which the Application is known. */
  begins(): void {
    this.#run('manual', [...this.#managed.keys()], {});
  }

  /** What Git says changes; the sync that follows is another matter. */
  commits(object?: LiveObject, path?: Path, value?: Json): void {
    this.#head += 1;
    const managed = object === undefined ? undefined : this.#managed.get(nameOf(object));
    if (managed === undefined || path === undefined) return;
    managed.git = managed.git.filter(([known]) => JSON.stringify(known) !== JSON.stringify(path));
    if (value !== undefined) managed.git.unshift([path, value]);
  }

  /** The ordinary automated sync of a new revision: the whole Application, the count of attempts back to 0. */
  deploys(input: SyncInput = {}): void {
    this.#attempts = 0;
    this.#run('automated', [...this.#managed.keys()], input);
  }

  /** A self-heal: names the objects that differ, without their namespace. */
  heals(input: SyncInput = {}): void {
    this.#attempts += 1;
    this.#run('self-heal', input.only ?? this.#differing(), input);
  }

  /** Somebody presses Sync; the whole Application. */
  isSynced(input: SyncInput = {}): void {
    this.#attempts = 0;
    this.#run('manual', input.only ?? [...this.#managed.keys()], input);
  }

  /** Something differs from Git. */
  differs(): boolean {
    return this.#differing().length > 0;
  }

  /** A version of the Application as its status and spec are now. */
  show(): void {
    this.#stage.show(this.raw());
  }

  raw(): RawObject {
    // While an operation goes on, and at its end, the status is still that of the comparison before it.
    const differing = new Set(this.#compared ?? this.#differing());
    return rawApplication({
      name: this.name,
      namespace: this.namespace,
      syncStatus: differing.size > 0 ? 'OutOfSync' : 'Synced',
      revision: this.#revision(this.#head),
      syncPolicy: {
        ...(this.automated ? { automated: { selfHeal: this.selfHeal } } : {}),
        syncOptions: [...this.syncOptions],
      },
      ...(this.rules === undefined ? {} : { ignoreDifferences: this.rules }),
      ...(this.comparedRules === undefined ? {} : { comparedRules: this.comparedRules }),
      resources: [...this.#managed].map(([name, { object }]) => listing(object, differing.has(name))),
      ...(this.#operationState === undefined ? {} : { operationState: this.#operationState }),
      conditions: this.#sharedWith().map((other) => ({
        type: 'SharedResourceWarning',
        message: `it is part of applications ${this.name} and ${other}`,
      })),
    });
  }

  /** Marks of others on objects that Git declares here: the Application that lost says so (controller/state.go:808). */
  #sharedWith(): string[] {
    return [...this.#managed.values()].flatMap(({ object, git }) => {
      const own = git.at(-1)?.[1];
      const mark = object.read(['metadata', 'annotations', TRACKING_ID]);
      return mark === undefined || mark === own ? [] : [String(mark).split(':')[0] ?? ''];
    });
  }

  #run(trigger: 'self-heal' | 'automated' | 'manual', names: readonly string[], input: SyncInput): void {
    this.#synced = this.#head;
    const objects = names.map((name) => {
      const managed = this.#managed.get(name);
      if (managed === undefined) throw new Error(`Application ${this.name} has no ${name}`);
      return managed;
    });
    this.#compared = this.#differing();
    // The start takes the former state away for a moment (util/argo/argo.go:939).
    this.#operationState = undefined;
    this.show();
    this.#stage.now += 30;
    const operation = this.#operation(trigger, objects);
    const startedAt = this.#stage.stamp();
    this.#operationState = { operation, phase: 'Running', startedAt };
    this.show();
    this.#stage.now += 270;
    const failed = input.phase === 'Failed';
    if (input.writes !== false && !failed) for (const managed of objects) this.#apply(managed);
    this.#stage.now += 100;
    this.#operationState = {
      operation,
      phase: input.phase ?? 'Succeeded',
      startedAt,
      finishedAt: this.#stage.stamp(),
      message: failed ? 'one or more objects failed to apply' : 'successfully synced (all tasks run)',
      syncResult: { revision: this.#revision(this.#synced), resources: objects.map(({ object }) => resultOf(object)) },
    };
    this.show();
    this.#stage.now += 100;
    this.#compared = undefined;
    this.show();
  }

  #operation(trigger: 'self-heal' | 'automated' | 'manual', objects: readonly Managed[]): { [key: string]: Json } {
    return {
      initiatedBy: trigger === 'manual' ? { username: 'admin' } : { automated: true },
      sync: {
        revision: this.#revision(this.#synced),
        syncOptions: [...this.syncOptions],
        ...(trigger === 'self-heal'
          ? {
              autoHealAttemptsCount: this.#attempts,
              resources: objects.map(({ object }) => identityOf(object)),
            }
          : {}),
      },
    };
  }

  #apply(managed: Managed): void {
    const { object, git } = managed;
    const changes = [...git];
    if ((this.#options.apply ?? 'client') === 'client') {
      changes.push([['metadata', 'annotations', LAST_APPLIED], JSON.stringify(manifestOf(object, git))]);
      const declares = git.some(([path]) => isReplicas(path));
      // Gone from Git, still in last-applied: the patch says null, and the server makes 1 of it.
      if (managed.declaredReplicas && !declares) changes.push([PATH_REPLICAS, 1]);
      managed.declaredReplicas = declares;
    }
    this.#stage.write(object, this.#signature(), changes);
  }

  #signature(): Signature {
    const mode = this.#options.apply ?? 'client';
    const usual = mode === 'replace' ? 'argocd-application-controller' : 'argocd-controller';
    return { manager: this.#options.manager ?? usual, operation: mode === 'server' ? 'Apply' : 'Update' };
  }

  #differing(): string[] {
    return [...this.#managed]
      .filter(([, { object, git }]) => git.some(([path, value]) => object.read(path) !== value))
      .map(([name]) => name);
  }

  #mark(object: LiveObject): FieldChange {
    const instance = this.namespace === 'argocd' ? this.name : `${this.namespace}_${this.name}`;
    if (this.#options.tracking === 'label') {
      return [['metadata', 'labels', 'app.kubernetes.io/instance'], instance];
    }
    const { group, kind, namespace, name } = whole(object);
    return [['metadata', 'annotations', TRACKING_ID], `${instance}:${group}/${kind}:${namespace || 'shop'}/${name}`];
  }

  #revision(commit: number): string {
    return `${commit}`.padStart(40, 'c');
  }
}

function isReplicas(path: Path): boolean {
  return JSON.stringify(path) === JSON.stringify(PATH_REPLICAS);
}

function whole(object: LiveObject): { group: string; kind: string; namespace: string; name: string } {
  const apiVersion = String(object.read(['apiVersion']));
  return {
    group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '',
    kind: String(object.read(['kind'])),
    namespace: String(object.read(['metadata', 'namespace']) ?? ''),
    name: String(object.read(['metadata', 'name'])),
  };
}

export function nameOf(object: LiveObject): string {
  return whole(object).name;
}

function identityOf(object: LiveObject): { [key: string]: Json } {
  const { group, kind, name } = whole(object);
  return { group, kind, name };
}

function resultOf(object: LiveObject): Json {
  return { ...whole(object), version: 'v1', status: 'Synced', message: 'configured' };
}

function listing(object: LiveObject, differs: boolean): string {
  const { group, kind, namespace, name } = whole(object);
  return `${group}/${kind}:${namespace}/${name}${differs ? ' OutOfSync' : ''}`;
}

/** What a client-side apply sends, as last-applied keeps it. */
function manifestOf(object: LiveObject, git: readonly FieldChange[]): Json {
  const { name, namespace } = whole(object);
  const manifest: RawObject = {
    apiVersion: String(object.read(['apiVersion'])),
    kind: String(object.read(['kind'])),
    metadata: { name, namespace },
  };
  for (const [path, value] of git) if (value !== undefined) put(manifest, path, value);
  return manifest;
}

function put(manifest: RawObject, path: Path, value: Json): void {
  let node: Json = manifest;
  for (const [position, step] of path.entries()) {
    if (position === path.length - 1) (node as RawObject)[step as string] = value;
    else node = descend(node, step, path[position + 1]);
  }
}

function descend(node: Json, step: Step, next: Step | undefined): Json {
  if (typeof step === 'string') {
    const object = node as RawObject;
    object[step] ??= typeof next === 'object' ? [] : {};
    return object[step] as Json;
  }
  const list = node as Json[];
  const found = list.find((item) => Object.entries(step).every(([key, value]) => (item as RawObject)[key] === value));
  if (found !== undefined) return found;
  const fresh: RawObject = { ...step };
  list.push(fresh);
  return fresh;
}
