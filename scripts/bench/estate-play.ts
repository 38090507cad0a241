/** Events of an estate: quiet objects change their status, and fights run among them step by step, spread over the time. */
import { type Estate, type EstateKind, type FightStep, PATHS } from './estate.ts';
import { type EstateObjects, modified } from './estate-objects.ts';

/** What the server is asked to play: events a second for so long, and so many fights among them. */
export interface Play {
  readonly seconds: number;
  readonly rate: number;
  /** Fights over replicas. */
  readonly fights: number;
  /** They are with the open workloads from this one on. */
  readonly first: number;
  /** Fights over pod templates, each of which is worth a lens. */
  readonly tugs: number;
}

/** What it played. */
export interface Played {
  readonly events: number;
  readonly bytes: number;
  /** By workload: when the write that proves the fight was put on the wire, milliseconds since the epoch. */
  readonly proofs: Readonly<Record<string, number>>;
  readonly tugs: readonly string[];
}

/** Where the events go. */
export interface Stage {
  readonly estate: Estate;
  readonly objects: EstateObjects;
  /** The next resourceVersion. */
  readonly nextVersion: () => number;
  readonly tell: (path: string, line: string, name: string) => void;
}

interface Scheduled {
  readonly at: number;
  readonly name: string;
  readonly step: FightStep;
  readonly proves: boolean;
}

const TICK_MS = 5;
/** The last fight begins this long before the end. */
const LAST_MS = 2_000;

export function play(plan: Play, stage: Stage): Promise<Played> {
  const { seconds, rate } = plan;
  const { estate, objects, nextVersion } = stage;
  const proofs: Record<string, number> = {};
  const tugs = estate.tugWorkloads().slice(0, plan.tugs);
  const steps = schedule(plan, estate, tugs);
  const began = performance.now();
  let played = 0;
  let bytes = 0;
  let next = 0;
  const put = (path: string, line: string, name: string) => {
    played += 1;
    bytes += line.length;
    stage.tell(path, line, name);
  };
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - began;
      for (let one = steps[next]; one !== undefined && one.at <= elapsed; one = steps[next]) {
        const { name, step, proves } = one;
        const version = nextVersion();
        const line = step.text(name, version);
        if (proves) proofs[name] = performance.timeOrigin + performance.now();
        if (tugs.includes(name)) objects.wrote(step.path, name, version, line);
        put(step.path, line, name);
        next += 1;
      }
      while (played < Math.min(elapsed, seconds * 1000) * (rate / 1000)) {
        const { path, line } = quietEvent(played, stage);
        put(path, line, '');
      }
      if (next < steps.length || elapsed < seconds * 1000) return;
      clearInterval(timer);
      resolve({ events: played, bytes, proofs, tugs });
    }, TICK_MS);
  });
}

function schedule(plan: Play, estate: Estate, tugs: readonly string[]): Scheduled[] {
  const names = estate.openWorkloads().slice(plan.first, plan.first + plan.fights);
  const spread = Math.max(0, plan.seconds * 1000 - LAST_MS) / Math.max(1, names.length);
  const fights = names.flatMap((name, fight) =>
    estate.fight.map((step, index) => ({
      at: fight * spread + step.afterMs,
      name,
      step,
      proves: index === estate.proof,
    })),
  );
  const templates = tugs.flatMap((name) => estate.tug.map((step) => ({ at: step.afterMs, name, step, proves: false })));
  return [...fights, ...templates].sort((a, b) => a.at - b.at);
}

const MIX = [
  PATHS.deployments,
  PATHS.replicasets,
  PATHS.deployments,
  PATHS.applications,
  PATHS.replicasets,
  PATHS.deployments,
  PATHS.horizontalpodautoscalers,
];

/** A status that was written anew, of an object that is not part of any fight. */
function quietEvent(number: number, { estate, objects, nextVersion }: Stage): { path: string; line: string } {
  const path = MIX[number % MIX.length] as string;
  const kind = objects.kinds.get(path) as EstateKind;
  // Odd workloads have no HPA and never fight over replicas; their ReplicaSets are four apart.
  const quiet = (number * 7919) % (estate.size.workloads >> 1);
  const workload = Math.max(quiet, estate.tugWorkloads().length) * 2 + 1;
  const index =
    path === PATHS.replicasets
      ? 2 * workload
      : path === PATHS.horizontalpodautoscalers
        ? (workload >> 1) | 1
        : workload;
  return { path, line: modified(kind, kind.item(index < kind.count ? index : 0), nextVersion()) };
}
