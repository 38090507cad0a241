/** Where the cases of a scenario are set up: the cluster, a schedule, and what each case expects. */
import type { WriteTarget } from './actors/writers.ts';
import { type ApplicationBlueprint, application } from './blueprints.ts';
import type { EmbeddedCluster } from './cluster.ts';
import type { GitRepository } from './git.ts';
import type { KubeObject } from './objects.ts';
import type { Random } from './random.ts';
import type { Ending, KnownConflict, KnownContender, KnownHarmless } from './scenario.ts';
import { findReversals, type Reversal, WriteLedger } from './write-ledger.ts';

export interface ConflictExpectation {
  readonly case: string;
  readonly kind: KnownConflict['kind'];
  readonly workload: WriteTarget;
  readonly field: string;
  readonly applications: readonly { readonly namespace: string; readonly name: string }[];
  readonly contenders: readonly KnownContender[];
  /** The first reversal by a self-heal proves it. */
  readonly proven: boolean;
  /** Actors that undo, and actors that are undone. For two equal contenders both see both. */
  readonly isOne: (actor: string) => boolean;
  readonly isRival: (actor: string) => boolean;
}

interface PlannedConflict extends ConflictExpectation {
  ending: { readonly reason: Ending; readonly at: number } | null;
}

/** Reversals this far apart need not add up to a conflict (score half-life of about 15 minutes). */
const RECURS_WITHIN_MS = 700_000;

export class Stage {
  readonly cluster: EmbeddedCluster;
  readonly random: Random;
  readonly minutes: number;
  readonly repository: GitRepository;
  readonly ledger: WriteLedger;
  readonly #harmless: Omit<KnownHarmless, 'reversals'>[] = [];
  readonly #conflicts: PlannedConflict[] = [];
  readonly #applications: KubeObject[] = [];

  constructor(cluster: EmbeddedCluster, random: Random, minutes: number) {
    this.cluster = cluster;
    this.random = random;
    this.minutes = minutes;
    this.repository = cluster.git.repository('https://git.example/apps');
    this.ledger = new WriteLedger(cluster.store, ['argocd', 'teams']);
  }

  /** Puts manifests into Git under a path of the shared repository. */
  commit(path: string, manifests: readonly KubeObject[]): void {
    this.repository.commit(path, () => manifests);
  }

  /** Replaces the manifest of the same kind and name in a path. */
  recommit(path: string, manifest: KubeObject): void {
    this.repository.commit(path, (manifests) =>
      manifests.map((known) =>
        known.kind === manifest.kind && known.metadata.name === manifest.metadata.name ? manifest : known,
      ),
    );
  }

  /** Adds an Application of the shared repository; it is created when the cluster starts. */
  deploy(blueprint: Omit<ApplicationBlueprint, 'repoURL'>): { namespace: string; name: string } {
    const app = application({ ...blueprint, repoURL: this.repository.url });
    this.#applications.push(app);
    return { namespace: app.metadata.namespace ?? 'argocd', name: app.metadata.name };
  }

  /** The Applications added so far; called once. */
  start(): void {
    for (const app of this.#applications) {
      this.later(this.random.between(0, 0.3), () => this.cluster.create([app]));
    }
  }

  later(minutes: number, act: () => void): void {
    this.cluster.scheduler.after(minutes * 60_000, act);
  }

  /** Expects a conflict; returns a function that notes its ending at the time it is called. */
  expect(expectation: ConflictExpectation): (reason: Ending) => void {
    this.ledger.keep(expectation.workload, expectation.field);
    const planned: PlannedConflict = { ...expectation, ending: null };
    this.#conflicts.push(planned);
    return (reason) => {
      planned.ending = { reason, at: this.cluster.scheduler.now() };
    };
  }

  /** Expects nothing of an object but the notices named. */
  expectHarmless(expectation: Omit<KnownHarmless, 'reversals'>): void {
    for (const field of HARMLESS_FIELDS) this.ledger.keep(expectation.workload, field);
    this.#harmless.push(expectation);
  }

  harmless(): KnownHarmless[] {
    const isArgo = (actor: string) => actor.startsWith('argocd/');
    return this.#harmless.map((known) => {
      const counts = HARMLESS_FIELDS.map((field) => {
        const writes = this.ledger.writes(known.workload, field);
        return findReversals(writes, isArgo, (actor) => !isArgo(actor)).filter(({ heal }) => heal).length;
      });
      return { ...known, reversals: Math.max(...counts) };
    });
  }

  /** What came of the expectations, given what a watcher could see. */
  conflicts(isVisible: (reversal: Reversal) => boolean): KnownConflict[] {
    const known: KnownConflict[] = [];
    for (const { isOne, isRival, ending, ...conflict } of this.#conflicts) {
      const writes = this.ledger.writes(conflict.workload, conflict.field);
      const both = conflict.kind === 'shared-object';
      const found = both
        ? conflict.applications.flatMap(({ name }) => {
            const own = (actor: string) => actor === `argocd/${name}`;
            return findReversals(writes, own, (actor) => isOne(actor) && !own(actor));
          })
        : findReversals(writes, isOne, isRival);
      const visible = found.filter(isVisible).sort((a, b) => a.at - b.at);
      // What happened before the watcher came may be understood from what the cluster still shows.
      const reversals = visible.length > 0 ? visible : [...found].sort((a, b) => a.at - b.at);
      const first = reversals[0];
      if (first === undefined) continue;
      // With self-heal off a deploy still resets the value: that is no loop any more, and has a word of its own.
      const loops = ({ at, heal }: Reversal) =>
        heal || ending === null || ending.reason !== 'self-heal-off' || at <= ending.at + SETTLING_MS;
      const wentOn =
        ending !== null && found.some((reversal) => reversal.at > ending.at + SETTLING_MS && loops(reversal));
      known.push({
        ...conflict,
        certainty: visible.length > 0 ? certaintyOf(conflict.proven, reversals) : 'may',
        startedAt: first.rivalAt,
        reversals: reversals.map((reversal) => reversal.at),
        lastOfLoopAt: reversals.findLast(loops)?.at ?? first.at,
        ending: wentOn ? null : ending,
      });
    }
    return known;
  }
}

/** What is watched of objects that nobody should fight over. */
const HARMLESS_FIELDS = ['/spec/replicas', '/data/beta', '/spec/template/spec/containers/0/image'];

/** An operation that was under way when somebody ended the fight still writes. */
const SETTLING_MS = 3_000;

function certaintyOf(proven: boolean, reversals: readonly Reversal[]): 'must' | 'may' {
  if (proven) return reversals.some((reversal) => reversal.heal) ? 'must' : 'may';
  const enough = reversals.some((reversal, index) => {
    const third = reversals[index + 2];
    return third !== undefined && third.at - reversal.at <= RECURS_WITHIN_MS;
  });
  return enough ? 'must' : 'may';
}
