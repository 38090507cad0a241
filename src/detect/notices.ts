/** What is worth a word and is no fight: each with its own name, counted when it comes up again. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, HpaFact, Millis, ObjectRef, WorkloadFact } from '../model/facts.ts';
import { displayRef, keyOf } from '../model/refs.ts';
import type { DriftCategory, Notice, NoticeKind } from '../model/verdicts.ts';
import { commandOf } from '../remedy/commands.ts';

/** Notices kept; the least recent goes first. */
const MOST = 500;

export interface NoticeInput {
  readonly kind: NoticeKind;
  readonly category?: DriftCategory;
  readonly workload: ObjectRef | null;
  readonly application: { readonly namespace: string; readonly name: string } | null;
  readonly at: Millis;
  readonly message: string;
}

/** The object that a notice is about: the workload, else the Application. */
function subjectOf({ workload, application }: NoticeInput): ObjectRef | null {
  if (workload !== null || application === null) return workload;
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...application };
}

/** The notices so far: one per kind, category, workload and application, with the time and words of the latest. */
export class NoticeBoard {
  readonly #tells: (ref: ObjectRef) => boolean;
  #notices = new Map<string, Notice>();
  /** Notices that gave way to newer ones. */
  dropped = 0;

  /** `tells`: whether what is found about an object is told from here; of another shard's nothing is put up. */
  constructor(tells: (ref: ObjectRef) => boolean = () => true) {
    this.#tells = tells;
  }

  /** Puts a notice up; `fresh` when it was not there before. */
  post(input: NoticeInput): { readonly notice: Notice; readonly fresh: boolean } {
    const key = boardKey(input);
    const known = this.#notices.get(key);
    const notice: Notice = { ...input, count: (known?.count ?? 0) + 1 };
    const about = subjectOf(input);
    if (about !== null && !this.#tells(about)) return { notice, fresh: false };
    this.#notices.delete(key);
    this.#notices.set(key, notice);
    if (this.#notices.size > MOST) {
      const oldest = this.#notices.keys().next().value;
      if (oldest !== undefined) this.#notices.delete(oldest);
      this.dropped += 1;
    }
    return { notice, fresh: known === undefined };
  }

  /** Takes a notice down that a later verdict shows to be the wrong word. */
  retract(kind: NoticeKind, workload: ObjectRef): void {
    for (const [key, notice] of this.#notices) {
      if (notice.kind === kind && notice.workload !== null && keyOf(notice.workload) === keyOf(workload))
        this.#notices.delete(key);
    }
  }

  all(): Notice[] {
    return [...this.#notices.values()].sort((a, b) => a.at - b.at);
  }

  restore(notices: readonly Notice[]): void {
    this.#notices = new Map(notices.map((notice) => [boardKey(notice), notice]));
  }
}

function boardKey({ kind, category, workload, application }: NoticeInput): string {
  const object = workload === null ? '' : keyOf(workload);
  const app = application === null ? '' : `${application.namespace}/${application.name}`;
  return [kind, category ?? '', object, app].join('\n');
}

/** What one new version of an Application says by itself. Edge-triggered: the same standing state is told once. */
export function applicationNotices(
  previous: ApplicationFact | undefined,
  next: ApplicationFact,
  at: Millis,
): NoticeInput[] {
  const application = { namespace: next.ref.namespace, name: next.ref.name };
  const notices: NoticeInput[] = [];
  const add = (kind: NoticeKind, message: string) => notices.push({ kind, workload: null, application, at, message });
  const prune = (message: string) =>
    notices.push({ kind: 'prune-pending', category: 'prune-pending', workload: null, application, at, message });

  if (waitsForPrune(next) && !(previous !== undefined && waitsForPrune(previous))) {
    const waiting = next.resources.filter((resource) => resource.requiresPruning);
    const named = waiting.slice(0, 3).map((resource) => `${resource.kind} ${resource.name}`);
    prune(
      `Application ${next.ref.name} is OutOfSync only because ${named.join(', ')} ${waiting.length === 1 ? 'is' : 'are'} no longer in Git and pruning is ${next.automated.prune ? 'held back' : 'off'}: nobody fights. Prune it (\`${commandOf('argocd', 'app', 'sync', next.ref.name, '-N', next.ref.namespace, '--prune')}\`), or put it back into Git.`,
    );
  }
  if (gaveUp(next) && !(previous !== undefined && gaveUp(previous))) {
    add(
      'self-heal-gave-up',
      `Application ${next.ref.name} will not heal itself any more: its last sync ended as ${next.operation?.phase ?? 'Failed'} and Argo CD does not retry the same revision (${cut(next.operation?.message ?? '')}); it is dead, not healed. Fix the cause and sync by hand, or push a commit.`,
    );
  }
  const broken = next.conditions.find((condition) => condition.type === 'ComparisonError');
  if (broken !== undefined && !previous?.conditions.some((condition) => condition.type === 'ComparisonError')) {
    add(
      'comparison-error',
      `Argo CD cannot compare Application ${next.ref.name}, so it syncs and heals nothing: ${cut(broken.message)}`,
    );
  }
  return notices;
}

/** What one new version of an HPA says by itself. */
export function hpaNotices(
  previous: HpaFact | undefined,
  next: HpaFact,
  at: Millis,
  model: ClusterModel,
): NoticeInput[] {
  if (!isAmbiguous(next) || (previous !== undefined && isAmbiguous(previous))) return [];
  const target: ObjectRef = {
    ...next.ref,
    apiVersion: next.target.apiVersion === '' ? 'apps/v1' : next.target.apiVersion,
    kind: next.target.kind,
    name: next.target.name,
  };
  const others = model
    .scalersOf(target)
    .filter((scaler) => scaler.fact === 'hpa')
    .map((scaler) => scaler.ref.name);
  return [
    {
      kind: 'ambiguous-selector',
      workload: target,
      application: null,
      at,
      message: `HPA ${next.ref.name} stands still (AmbiguousSelector): ${others.join(' and ')} select the pods of ${displayRef(target)}; keep one of them.`,
    },
  ];
}

/** What one new version of a workload says by itself: a release, a restart or a pause, so that nobody takes it for a fight. */
export function workloadNotices(
  previous: WorkloadFact | undefined,
  next: WorkloadFact,
  at: Millis,
  application: ApplicationFact | undefined,
): NoticeInput[] {
  if (previous === undefined || previous.uid !== next.uid) return [];
  const app = application === undefined ? null : { namespace: application.ref.namespace, name: application.ref.name };
  const notices: NoticeInput[] = [];
  if (previous.templateHash !== next.templateHash) {
    const restarted = previous.restartedAt !== next.restartedAt && next.restartedAt !== null;
    notices.push({
      kind: restarted ? 'restart' : 'rollout',
      workload: next.ref,
      application: app,
      at,
      message: restarted
        ? `${displayRef(next.ref)} is being restarted (kubectl rollout restart): its pods are replaced once.`
        : `${displayRef(next.ref)} rolls out a changed pod template.`,
    });
  }
  if (next.paused && !previous.paused) {
    notices.push({
      kind: 'rollout-paused',
      workload: next.ref,
      application: app,
      at,
      message: `The rollout of ${displayRef(next.ref)} is paused: changes of its template wait until it is resumed.`,
    });
  }
  return notices;
}

function waitsForPrune(app: ApplicationFact): boolean {
  if (app.sync.status !== 'OutOfSync') return false;
  const differing = app.resources.filter((resource) => resource.status === 'OutOfSync');
  return differing.length > 0 && differing.every((resource) => resource.requiresPruning);
}

/** Argo CD starts no self-heal after an operation that did not succeed (appcontroller.go:2395). */
function gaveUp(app: ApplicationFact): boolean {
  if (!app.automated.enabled || !app.automated.selfHeal || app.sync.status !== 'OutOfSync') return false;
  const operation = app.operation;
  return (
    operation !== null && operation.finishedAt !== null && (operation.phase === 'Failed' || operation.phase === 'Error')
  );
}

function isAmbiguous(hpa: HpaFact): boolean {
  return hpa.conditions.some(
    (condition) => condition.type === 'ScalingActive' && condition.reason === 'AmbiguousSelector',
  );
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
}
