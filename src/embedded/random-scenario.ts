/** Scenarios by the thousand: apps, scalers, commits, people, faults and versions drawn from a seed. */

import type { ReadLine } from '../recording/format.ts';
import type { ArgoCdVersion } from './argocd/profiles.ts';
import { appProject, configMap } from './blueprints.ts';
import { dormantFight, hpaFight, kedaFight } from './cases/autoscaler-fights.ts';
import {
  childOfAnApp,
  ownedByApplicationSet,
  syncIsRefused,
  twoFightsOnOne,
  windowOpens,
} from './cases/blocked-fights.ts';
import * as harmless from './cases/harmless.ts';
import { downscalerFight, fieldFight, sharedObject, stubbornPerson, templateTug } from './cases/other-fights.ts';
import { createEmbeddedCluster } from './cluster.ts';
import { LEAN_PLATFORM } from './context.ts';
import { Random } from './random.ts';
import type { Scenario, ScenarioTruth } from './scenario.ts';
import { VirtualScheduler } from './scheduler.ts';
import { Stage } from './stage.ts';
import type { Reversal } from './write-ledger.ts';

type Case = (stage: Stage, name: string) => string;

const FIGHTS: readonly Case[] = [
  hpaFight,
  hpaFight,
  hpaFight,
  hpaFight,
  dormantFight,
  kedaFight,
  downscalerFight,
  stubbornPerson,
  templateTug,
  fieldFight,
  sharedObject,
  windowOpens,
  syncIsRefused,
  ownedByApplicationSet,
  childOfAnApp,
  twoFightsOnOne,
];

const HARMLESS: readonly Case[] = [
  harmless.protectedHpa,
  harmless.protectedHpa,
  harmless.omittedReplicas,
  harmless.resetOnSync,
  harmless.scaledByHandOnce,
  harmless.releases,
  harmless.thrashingHpa,
  harmless.agreement,
  harmless.twoAutoscalers,
  harmless.brokenComparison,
  harmless.waitingForPrune,
  harmless.deletedAndRemade,
  harmless.pausedRollout,
  harmless.unmanaged,
];

const NAMES = ['web', 'api', 'cart', 'search', 'mail', 'worker', 'auth', 'feed', 'grid', 'pay'];
const VERSIONS: readonly ArgoCdVersion[] = ['2.12', '2.14', '3.5'];
const START = Date.parse('2026-11-21T05:00:00Z');

export interface ScenarioShape {
  /** Virtual minutes; 20 to 60 when absent. A day is 1440. */
  readonly minutes?: number;
  /** How many cases are drawn; one to four when absent. */
  readonly cases?: number;
  /** Versions of Argo CD to draw from; every one when absent. */
  readonly versions?: readonly ArgoCdVersion[];
  /** When it begins, ms since the epoch. */
  readonly start?: number;
  /** Put before the name of every Application and workload. */
  readonly prefix?: string;
  /** Events that a watch can catch up on; none when absent, which is enough where nobody reconnects. */
  readonly historyLimit?: number;
}

/** A scenario that was set up and has not begun: for who moves its time, and watches it, in another way. */
export interface StagedScenario {
  readonly stage: Stage;
  readonly scheduler: VirtualScheduler;
}

/** The times in which a watcher may have missed something, ms. */
export type Gaps = ScenarioTruth['gaps'];

/** The scenario of a seed. Nothing runs yet. */
export function randomScenario(seed: number, shape: ScenarioShape = {}): Scenario {
  const drawn = draw(seed, shape);
  const { random, minutes } = drawn;
  const watchFrom = random.chance(0.25) ? random.between(1, 6) : 0;
  const gaps = random.chance(0.2) ? [random.between(0.3, 0.8) * minutes] : [];
  const gapSeconds = random.between(10, 120);
  const setUp = setUpOf(seed, shape, drawn);
  const watching = `watched from ${watchFrom.toFixed(1)} min, ${gaps.length} gaps`;
  return {
    seed,
    minutes,
    description: `seed ${seed}: ${drawn.settings}, ${watching}: ${drawn.cases.map((one) => one.name).join(', ')}`,
    run: (listener) => {
      const staged = setUp();
      const start = staged.scheduler.now();
      const times = gaps.map((at) => ({ from: start + at * 60_000, to: start + at * 60_000 + gapSeconds * 1000 }));
      return watchStage(staged, listener, start + watchFrom * 60_000, times);
    },
  };
}

/** The scenario of a seed for a watcher of its own: `describe` says what was drawn, `setUp` sets it up. */
export function stageScenario(
  seed: number,
  shape: ScenarioShape = {},
): { readonly description: string; readonly setUp: () => StagedScenario } {
  const drawn = draw(seed, shape);
  return {
    description: `seed ${seed}: ${drawn.settings}: ${drawn.cases.map((one) => one.name).join(', ')}`,
    setUp: setUpOf(seed, shape, drawn),
  };
}

interface Drawn {
  readonly random: Random;
  readonly minutes: number;
  readonly cases: readonly Case[];
  readonly version: ArgoCdVersion;
  readonly tracking: string;
  readonly controllerManager: string;
  readonly refresh: readonly [number, number];
  readonly commitsEvery: number;
  /** All of it in words. */
  readonly settings: string;
}

function draw(seed: number, shape: ScenarioShape): Drawn {
  const random = new Random(seed);
  const version = random.pick(shape.versions ?? VERSIONS);
  const drawnMinutes = random.integer(20, 60);
  const minutes = shape.minutes ?? drawnMinutes;
  const tracking = random.pick(['annotation', 'annotation', 'annotation', 'label', 'annotation+label']);
  const controllerManager = random.pick(['kube-controller-manager', 'kube-controller-manager', 'k3s']);
  const refresh = random.pick<readonly [number, number]>([
    [60, 60],
    [120, 180],
  ]);
  const commitsEvery = random.pick([0, 0, 1, 4, 9, 20]);
  const cases: Case[] = [];
  const drawnCount = random.integer(1, 4);
  for (let count = shape.cases ?? drawnCount; count > 0; count -= 1) {
    cases.push(random.chance(0.55) ? random.pick(FIGHTS) : random.pick(HARMLESS));
  }
  const settings = `Argo CD ${version}, ${tracking}, ${controllerManager}, ${minutes} min, commits every ${commitsEvery} min`;
  return { random, minutes, cases, version, tracking, controllerManager, refresh, commitsEvery, settings };
}

function setUpOf(seed: number, shape: ScenarioShape, drawn: Drawn): () => StagedScenario {
  const { minutes, cases, version, tracking, controllerManager, refresh, commitsEvery } = drawn;
  const stageSeed = drawn.random.integer(0, 0xffff_ffff);
  const prefix = shape.prefix ?? '';
  return () => {
    const scheduler = new VirtualScheduler(shape.start ?? START);
    const cluster = createEmbeddedCluster({
      scheduler,
      seed,
      platform: { ...LEAN_PLATFORM, controllerManager },
      argocd: { version, refreshSeconds: refresh, tracksHealth: false },
      historyLimit: shape.historyLimit ?? 0,
    });
    cluster.create([
      configMap('argocd-cm', { 'application.resourceTrackingMethod': tracking }, 'argocd'),
      appProject('default'),
    ]);
    const stage = new Stage(cluster, new Random(stageSeed), minutes);
    cases.forEach((one, index) => {
      one(stage, `${prefix}${NAMES[(seed + index) % NAMES.length] ?? 'app'}-${index}`);
    });
    stage.start();
    for (let at = commitsEvery; at > 0 && at < minutes; at += commitsEvery) {
      stage.later(at * stage.random.between(0.9, 1.1), () => stage.repository.commitElsewhere());
    }
    return { stage, scheduler };
  };
}

/** Runs the stage to its end, shows the listener what a watcher sees, and says what is true of it. */
function watchStage(
  { stage, scheduler }: StagedScenario,
  listener: (line: ReadLine) => void,
  from: number,
  gaps: Gaps,
): ScenarioTruth {
  const to = scheduler.now() + stage.minutes * 60_000;
  scheduler.runUntil(from);
  let stop = stage.cluster.watch(listener);
  for (const gap of gaps) {
    scheduler.runUntil(Math.max(gap.from, from));
    stop();
    scheduler.runUntil(Math.max(gap.to, from));
    stop = stage.cluster.watch(listener);
  }
  scheduler.runUntil(to);
  stop();
  return truthOf(stage, gaps, from, to);
}

/** What is true of a stage that has run, for one who watched from `from` to `to` and was away in the gaps. */
export function truthOf(stage: Stage, gaps: Gaps, from: number, to: number): ScenarioTruth {
  const inGap = (at: number) => gaps.some((gap) => at >= gap.from && at <= gap.to);
  const isVisible = ({ at, rivalAt }: Reversal) =>
    rivalAt > from && !inGap(at) && !inGap(rivalAt) && !gaps.some((gap) => rivalAt < gap.from && at > gap.to);
  return { conflicts: stage.conflicts(isVisible), harmless: stage.harmless(), gaps, from, to };
}
