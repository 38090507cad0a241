/**
 * An incident in the operator's words: one workload 'shop/web', the Application 'web' that declares it, and whoever
 * else writes to it. Each sentence moves the clock a little and shows what a watch would show (stage.ts).
 */
import type { Json, Millis } from '../../src/model/facts.ts';
import type { JqEngine } from '../../src/model/ports.ts';
import { ArgoApp, type ArgoAppOptions, type SyncInput } from './argo-app.ts';
import { type RawObject, rawHpa, rawSettings } from './cluster.ts';
import { type FieldChange, LiveObject, PATH_IMAGE, PATH_REPLICAS, type Path, type Signature } from './live-object.ts';
import { type Scene, Stage } from './stage.ts';
import { Watcher } from './watcher.ts';

export interface StoryOptions extends ArgoAppOptions {
  /** Cache stands for any other kind that has the scale subresource. */
  readonly kind?: keyof typeof KINDS;
  /** What Git declares; null: replicas are not in Git. */
  readonly git?: number | null;
  /** false: nothing scales it. */
  readonly hpa?: boolean;
  /** Name under which the HPA controller writes. */
  readonly hpaManager?: string;
  readonly minReplicas?: number;
  /** The ScaledObject that owns the HPA. */
  readonly scaledObject?: string;
  /** false: argocd-cm is not to be seen. */
  readonly settings?: boolean;
  /** How far the cluster's clock is ahead of the watcher's. */
  readonly skew?: Millis;
  /** What happens before anybody watches. */
  readonly unseen?: (story: Story) => void;
}

const KINDS = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  Rollout: 'argoproj.io/v1alpha1',
  Cache: 'cache.example.com/v1',
} as const;

/** A rule that covers replicas of every Deployment. */
export const RULE: Json = [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
export const RESPECT = 'RespectIgnoreDifferences=true';

export class Story {
  readonly stage = new Stage();
  readonly app: ArgoApp;
  readonly workload: LiveObject;
  readonly #options: StoryOptions;
  readonly #hpas = new Map<string, RawObject>();

  constructor(options: StoryOptions = {}) {
    this.#options = options;
    this.stage.skew = options.skew ?? 0;
    this.app = new ArgoApp(this.stage, options);
    this.workload = newWorkload(options.kind ?? 'Deployment');
    const git = options.git === undefined ? 3 : options.git;
    this.app.manages(this.workload, [
      ...(git === null ? [] : ([[PATH_REPLICAS, git]] as FieldChange[])),
      [PATH_IMAGE, 'app:1'],
    ]);
    this.stage.before(() => {
      if (options.tracking === 'label' && options.settings !== false) {
        this.stage.show(rawSettings({ 'application.resourceTrackingMethod': 'label' }));
      }
      this.app.begins();
      if (git === null)
        this.stage.write(this.workload, { manager: 'kube-apiserver', unsigned: true }, [[PATH_REPLICAS, 1]]);
      if (options.hpa !== false) this.hpaComes();
      this.after(60);
      options.unseen?.(this);
    });
    this.stage.list();
    this.after(10);
  }

  get now(): Millis {
    return this.stage.now;
  }

  get replicas(): number {
    return this.workload.read(PATH_REPLICAS) as number;
  }

  after(seconds: number): this {
    this.stage.pass(seconds * 1000);
    return this;
  }

  hpaComes(name = 'web'): this {
    const raw = rawHpa({
      name,
      kind: this.#options.kind ?? 'Deployment',
      apiVersion: KINDS[this.#options.kind ?? 'Deployment'],
      managers: [this.#options.hpaManager ?? 'kube-controller-manager'],
      ...(this.#options.scaledObject === undefined ? {} : { owner: this.#options.scaledObject }),
    });
    const spec = { ...(raw['spec'] as RawObject), minReplicas: this.#options.minReplicas ?? 2 };
    this.#showHpa({ ...raw, spec });
    return this;
  }

  hpaGoes(name = 'web'): this {
    const raw = this.#hpas.get(name);
    if (raw === undefined) throw new Error(`no HPA ${name}`);
    this.#hpas.delete(name);
    this.stage.take(raw);
    return this.after(1);
  }

  /** Through /scale; status follows, unless it says so already. */
  hpaScales(to: number, name = 'web'): this {
    this.#writes({ manager: this.#options.hpaManager ?? 'kube-controller-manager', subresource: 'scale' }, to);
    const raw = this.#hpas.get(name);
    if (raw !== undefined) {
      const status = raw['status'] as RawObject;
      if (status['desiredReplicas'] !== to) {
        this.#showHpa({ ...raw, status: { ...status, desiredReplicas: to, lastScaleTime: this.stage.stamp() } });
      }
    }
    return this.after(1);
  }

  /** What the HPA wants, without a write. */
  hpaWants(desired: number, name = 'web'): this {
    const raw = this.#hpas.get(name) as RawObject;
    this.#showHpa({ ...raw, status: { ...(raw['status'] as RawObject), desiredReplicas: desired } });
    return this;
  }

  personScales(to: number, tool = 'kubectl'): this {
    this.#writes(to === 0 ? UNSIGNED : { manager: tool, subresource: tool === 'kubectl' ? 'scale' : '' }, to);
    return this.after(1);
  }

  /** To zero through /scale, whoever it is: nobody owns the field after. */
  scaledToZero(): this {
    this.#writes(UNSIGNED, 0);
    return this.after(1);
  }

  kedaScales(to: number): this {
    this.#writes({ manager: 'keda-operator', subresource: 'scale' }, to);
    return this.after(1);
  }

  controllerScales(manager: string, to: number): this {
    this.#writes({ manager }, to);
    return this.after(1);
  }

  controllerWrites(manager: string, object: LiveObject, path: Path, value: Json): this {
    this.stage.write(object, { manager }, [[path, value]]);
    return this.after(1);
  }

  argoHeals(input: SyncInput = {}): this {
    this.app.heals(input);
    return this;
  }

  /** A commit elsewhere in the repository: HEAD moves, and with it comes a sync of everything. */
  commit(): this {
    this.app.commits();
    this.app.deploys();
    return this;
  }

  personSyncs(): this {
    this.app.isSynced();
    return this;
  }

  /** The scaler writes, Argo CD heals, and so on. */
  fight(rounds: number, periodSeconds: number, scale: (story: this) => void = (story) => story.hpaScales(6)): this {
    for (let round = 0; round < rounds; round++) {
      scale(this);
      this.argoHeals();
      this.after(periodSeconds - 1.5);
    }
    return this;
  }

  /** An ignore rule; Argo CD compares with it a moment later. */
  ruleComes(rules: Json = RULE, syncOptions: readonly string[] = [RESPECT]): this {
    this.app.rules = rules;
    this.app.syncOptions = syncOptions;
    this.app.show();
    this.after(1);
    this.app.comparedRules = rules;
    this.app.show();
    return this;
  }

  selfHealIsSwitchedOff(): this {
    this.app.selfHeal = false;
    this.app.show();
    return this;
  }

  selfHealIsSwitchedOn(): this {
    this.app.selfHeal = true;
    this.app.show();
    return this;
  }

  /** Replicas are taken out of Git, and the sync that follows says so. */
  replicasLeaveGit(): this {
    this.app.commits(this.workload, PATH_REPLICAS, undefined);
    this.app.deploys();
    return this;
  }

  scaledObjectComes(name = 'web'): this {
    this.stage.show({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name, namespace: 'shop', uid: `uid-so-${name}`, resourceVersion: '900' },
      spec: { scaleTargetRef: { name: 'web' }, minReplicaCount: 0, maxReplicaCount: 9 },
    });
    return this;
  }

  /** A project with a deny window. */
  windowComes(): this {
    this.stage.show({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace: 'argocd', uid: 'uid-project', resourceVersion: '800' },
      spec: { syncWindows: [{ kind: 'deny', schedule: '* * * * *', duration: '12h', applications: ['*'] }] },
    });
    return this;
  }

  /** Another object of the Application. */
  object(raw: RawObject, git: readonly FieldChange[]): LiveObject {
    const object = new LiveObject(raw);
    this.app.manages(object, git);
    this.stage.before(() => {
      this.app.deploys();
    });
    this.stage.show(object.raw());
    this.app.show();
    return object;
  }

  get tape(): readonly Scene[] {
    return this.stage.tape;
  }

  /** What a watcher says who saw it all. */
  watchedBy(jq: JqEngine): Watcher {
    return new Watcher(jq).watch(this.tape);
  }

  #writes(signature: Signature, to: number): void {
    this.stage.write(this.workload, signature, [[PATH_REPLICAS, to]]);
  }

  #showHpa(raw: RawObject): void {
    const name = String((raw['metadata'] as RawObject)['name']);
    const metadata = { ...(raw['metadata'] as RawObject), resourceVersion: String(this.stage.tape.length + 700) };
    this.#hpas.set(name, { ...raw, metadata });
    this.stage.show({ ...raw, metadata });
  }
}

const UNSIGNED: Signature = { manager: '', subresource: 'scale', unsigned: true };

function newWorkload(kind: keyof typeof KINDS): LiveObject {
  return new LiveObject({
    apiVersion: KINDS[kind],
    kind,
    metadata: { name: 'web', namespace: 'shop', uid: `uid-${kind}-web` },
    spec: { template: { spec: { containers: [{ name: 'app' }] } } },
    status: {},
  });
}
