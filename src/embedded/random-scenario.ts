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
const START = Date.parse('2026-11-21T05:00:00Z');

export interface ScenarioShape {
  /** Virtual minutes; 20 to 60 when absent. A day is 1440. */
  readonly minutes?: number;
  /** How many cases are drawn; one to four when absent. */
  readonly cases?: number;
}

/** The scenario of a seed. Nothing runs yet. */
export function randomScenario(seed: number, shape: ScenarioShape = {}): Scenario {
  const random = new Random(seed);
  const version = random.pick<ArgoCdVersion>(['2.12', '2.14', '3.5']);
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
  const watchFrom = random.chance(0.25) ? random.between(1, 6) : 0;
  const gaps = random.chance(0.2) ? [random.between(0.3, 0.8) * minutes] : [];
  const gapSeconds = random.between(10, 120);
  const stageSeed = random.integer(0, 0xffff_ffff);
  const names = cases.map((_, index) => `${NAMES[(seed + index) % NAMES.length] ?? 'app'}-${index}`);
  const settings = `Argo CD ${version}, ${tracking}, ${controllerManager}, ${minutes} min, commits every ${commitsEvery} min`;
  const watching = `watched from ${watchFrom.toFixed(1)} min, ${gaps.length} gaps`;
  const scenario = {
    seed,
    minutes,
    description: `seed ${seed}: ${settings}, ${watching}: ${cases.map((one) => one.name).join(', ')}`,
    run: (listener: (line: ReadLine) => void): ScenarioTruth => {
      const scheduler = new VirtualScheduler(START);
      const cluster = createEmbeddedCluster({
        scheduler,
        seed,
        platform: { ...LEAN_PLATFORM, controllerManager },
        argocd: { version, refreshSeconds: refresh, tracksHealth: false },
        historyLimit: 0,
      });
      cluster.create([
        configMap('argocd-cm', { 'application.resourceTrackingMethod': tracking }, 'argocd'),
        appProject('default'),
      ]);
      const stage = new Stage(cluster, new Random(stageSeed), minutes);
      cases.forEach((one, index) => {
        one(stage, names[index] ?? 'app');
      });
      stage.start();
      for (let at = commitsEvery; at > 0 && at < minutes; at += commitsEvery) {
        stage.later(at * stage.random.between(0.9, 1.1), () => stage.repository.commitElsewhere());
      }
      const times = gaps.map((at) => ({ from: START + at * 60_000, to: START + at * 60_000 + gapSeconds * 1000 }));
      return watchStage(stage, scheduler, listener, START + watchFrom * 60_000, times);
    },
  };
  return scenario;
}

/** Runs the stage to its end, shows the listener what a watcher sees, and says what is true of it. */
function watchStage(
  stage: Stage,
  scheduler: VirtualScheduler,
  listener: (line: ReadLine) => void,
  from: number,
  gaps: readonly { readonly from: number; readonly to: number }[],
): ScenarioTruth {
  const to = START + stage.minutes * 60_000;
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
  const inGap = (at: number) => gaps.some((gap) => at >= gap.from && at <= gap.to);
  const isVisible = ({ at, rivalAt }: Reversal) =>
    rivalAt > from && !inGap(at) && !inGap(rivalAt) && !gaps.some((gap) => rivalAt < gap.from && at > gap.to);
  return {
    conflicts: stage.conflicts(isVisible),
    harmless: stage.harmless(),
    gaps,
    from,
    to,
  };
}
