/**
 * How a Deployment spreads its replicas over its ReplicaSets (kubernetes pkg/controller/deployment/rolling.go, sync.go).
 * Pure: sizes in, sizes out.
 */
import { type JsonObject, type JsonValue, objectAt, textAt } from './json.ts';

export interface SetSize {
  readonly name: string;
  /** spec.replicas */
  readonly replicas: number;
  readonly available: number;
  /** Annotation deployment.kubernetes.io/desired-replicas; NaN when absent. */
  readonly desired: number;
}

export interface Budget {
  readonly surge: number;
  readonly unavailable: number;
}

/** spec.strategy to pods: percentages of replicas, surge rounded up, unavailable rounded down. */
export function rollingBudget(spec: JsonObject, replicas: number): Budget {
  if (textAt(spec, 'strategy', 'type') === 'Recreate') return { surge: 0, unavailable: replicas };
  const rolling = objectAt(spec, 'strategy', 'rollingUpdate');
  const surge = resolve(rolling['maxSurge'], replicas, Math.ceil);
  const unavailable = resolve(rolling['maxUnavailable'], replicas, Math.floor);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

function resolve(value: JsonValue | undefined, replicas: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return 0;
  return value.endsWith('%') ? round((Number(value.slice(0, -1)) * replicas) / 100) : Number(value);
}

export interface RolloutInput {
  /** spec.replicas of the Deployment. */
  readonly replicas: number;
  readonly budget: Budget;
  readonly recreate: boolean;
  readonly paused: boolean;
  /** The ReplicaSet of the present template. */
  readonly current: SetSize;
  /** Oldest first. */
  readonly old: readonly SetSize[];
}

/** The new size of each ReplicaSet that must change. */
export function planSizes(input: RolloutInput): Map<string, number> {
  const sizes = new Map<string, number>();
  const active = [input.current, ...input.old].filter((set) => set.replicas > 0);
  const scaling = active.some((set) => !Number.isNaN(set.desired) && set.desired !== input.replicas);
  if (scaling || input.paused) planScaling(input, active, sizes);
  else planRollout(input, sizes);
  for (const set of [input.current, ...input.old]) if (sizes.get(set.name) === set.replicas) sizes.delete(set.name);
  return sizes;
}

/** A change of spec.replicas: the one active ReplicaSet takes it all, several share it in proportion. */
function planScaling(input: RolloutInput, active: readonly SetSize[], sizes: Map<string, number>): void {
  const only = active.length <= 1 ? (active[0] ?? input.current) : undefined;
  if (only !== undefined) {
    sizes.set(only.name, input.replicas);
    return;
  }
  if (input.current.replicas >= input.replicas && input.current.available >= input.replicas) {
    for (const set of input.old) sizes.set(set.name, 0);
    sizes.set(input.current.name, input.replicas);
    return;
  }
  const total = active.reduce((sum, set) => sum + set.replicas, 0);
  const allowed = input.replicas === 0 ? 0 : input.replicas + input.budget.surge;
  let left = allowed - total;
  const largestFirst = [...active].sort((a, b) => b.replicas - a.replicas);
  for (const set of largestFirst) {
    const share = Math.round((set.replicas * (allowed - total)) / total);
    const change = left < 0 ? Math.max(share, left) : Math.min(share, left);
    sizes.set(set.name, Math.max(0, set.replicas + change));
    left -= change;
  }
  const largest = largestFirst[0];
  if (largest !== undefined && left !== 0) {
    sizes.set(largest.name, Math.max(0, (sizes.get(largest.name) ?? 0) + left));
  }
}

/** A step of a rollout: the new ReplicaSet grows within maxSurge, the old ones shrink within maxUnavailable. */
function planRollout(input: RolloutInput, sizes: Map<string, number>): void {
  const { current, old, replicas, budget } = input;
  const oldTotal = old.reduce((sum, set) => sum + set.replicas, 0);
  if (input.recreate && oldTotal > 0) {
    for (const set of old) sizes.set(set.name, 0);
    return;
  }
  let size = current.replicas;
  if (size > replicas) size = replicas;
  else if (size < replicas) {
    const room = replicas + budget.surge - (oldTotal + current.replicas);
    size = Math.min(replicas, current.replicas + Math.max(0, room));
  }
  sizes.set(current.name, size);
  if (oldTotal === 0) return;
  const unavailableNew = Math.max(0, current.replicas - current.available);
  let spare = oldTotal + current.replicas - (replicas - budget.unavailable) - unavailableNew;
  for (const set of old) {
    if (spare <= 0) break;
    // Pods that are not available go first and cost no availability (cleanupUnhealthyReplicas).
    const cut = Math.min(set.replicas, spare);
    sizes.set(set.name, set.replicas - cut);
    spare -= cut;
  }
}
