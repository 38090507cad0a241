/**
 * Which contested workloads have series, and the counters of each. Counters must never fall while they are shown and
 * must outlive the conflict by a while, or increase() misses its end; both need memory, which lives here.
 */
import type { Millis, ObjectRef } from '../model/facts.ts';
import type { ContestedCounts, ReplicasNow } from '../model/observations.ts';
import { sameEntries } from '../model/same-value.ts';
import type { ConflictState, WriterKind } from '../model/verdicts.ts';
import { visible } from '../report/visible.ts';
import { LabelSet, type Subject } from './exposition.ts';

export const WORKLOAD_LABELS = [
  'workload_namespace',
  'workload_kind',
  'workload',
  'application_namespace',
  'application',
  'field',
] as const;

/** `cluster` only of a workload in another cluster than Argo CD's: series of that one stay what they were. */
export type WorkloadLabels = Readonly<Record<(typeof WORKLOAD_LABELS)[number], string>> & { readonly cluster?: string };

/** Names of the labels that a family of workloads may have. */
export const LABELS_OF_WORKLOADS = [...WORKLOAD_LABELS, 'cluster'] as const;

export interface ContestedTotals {
  readonly reversals: number;
  readonly replicaSecondsShort: number;
  readonly podsUp: number;
  readonly podsDown: number;
  readonly writes: Readonly<Partial<Record<WriterKind, number>>>;
}

/** The series of one workload and field. Several conflicts over the same field (other contenders) share them. Another one where anything is another. */
export interface ContestedSeries extends Subject {
  readonly application: ContestedCounts['application'];
  /** The gravest state of its conflicts; null when the detector has forgotten them all. */
  readonly state: ConflictState | null;
  readonly totals: ContestedTotals;
  /** The values of spec.replicas as they stand; null where another field is contested or the detector has forgotten. */
  readonly replicas: ReplicasNow | null;
}

export interface SeriesPolicy {
  /** Most workloads shown; the gravest and those shown before stay. */
  readonly limit: number;
  /** How long series stay after the last conflict was resolved, milliseconds. */
  readonly retention: Millis;
}

export interface Selection<T> {
  readonly shown: readonly T[];
  /** How many were left out now that were not left out before. */
  readonly newlyDropped: number;
  /** How many are left out now. */
  readonly hidden: number;
}

interface Entry {
  readonly key: string;
  series: ContestedSeries;
  /** What each conflict had counted when last looked at: what it gained since is added to the totals. */
  seen: readonly ContestedCounts[];
  /** When no conflict was active any more; null while one is. */
  endedAt: Millis | null;
}

/** What a conflict is called in metrics, and after what. */
interface Named {
  readonly application: ContestedCounts['application'];
  readonly field: string | null;
  readonly labels: WorkloadLabels;
  readonly key: string;
}

const NOTHING: ContestedTotals = { reversals: 0, replicaSecondsShort: 0, podsUp: 0, podsDown: 0, writes: {} };
const GRAVITY: Record<ConflictState, number> = { confirmed: 0, suspected: 1, resolved: 2 };

export function workloadLabels(
  workload: ObjectRef,
  application: { readonly namespace: string; readonly name: string } | null,
  field: string | null,
): WorkloadLabels {
  return {
    workload_namespace: visible(workload.namespace),
    workload_kind: visible(workload.kind),
    workload: visible(workload.name),
    application_namespace: visible(application?.namespace ?? ''),
    application: visible(application?.name ?? ''),
    field: visible(field ?? ''),
    ...(workload.cluster === undefined ? {} : { cluster: visible(workload.cluster) }),
  };
}

export class ContestedTracker {
  readonly #policy: SeriesPolicy;
  readonly #entries = new Map<string, Entry>();
  readonly #limiter: Limiter;
  /** By conflict, of those the detector knew when last looked at. */
  #named = new Map<string, Named>();

  constructor(policy: SeriesPolicy) {
    this.#policy = policy;
    this.#limiter = new Limiter(policy.limit);
  }

  limitSeries(limit: number): void {
    this.#limiter.limit = limit;
  }

  /** Takes in what the detector counts now and says what to show. */
  update(contested: readonly ContestedCounts[], now: Millis): Selection<ContestedSeries> {
    const before = this.#named;
    this.#named = new Map();
    const groups = Map.groupBy(contested, (counts) => this.#name(counts, before).key);
    for (const [key, group] of groups) this.#take(key, group, now);
    const candidates: Entry[] = [];
    for (const entry of this.#entries.values()) {
      const { series } = entry;
      if (!groups.has(entry.key)) {
        if (series.state !== null || series.replicas !== null)
          entry.series = { ...series, state: null, replicas: null };
        entry.seen = [];
        entry.endedAt ??= now;
      }
      const current = entry.endedAt === null || now - entry.endedAt < this.#policy.retention;
      if (current) candidates.push(entry);
      // A conflict that the detector still remembers stays known here, or it would look new and be shown again.
      else if (entry.series.state === null) this.#entries.delete(entry.key);
    }
    const selection = this.#limiter.select(
      candidates,
      (entry) => entry.key,
      ({ series: { state } }) => GRAVITY[state ?? 'resolved'],
    );
    return { ...selection, shown: selection.shown.map(({ series }) => series) };
  }

  /** Its labels and their key, made anew where a conflict is new or has come to another Application or field. */
  #name(counts: ContestedCounts, before: ReadonlyMap<string, Named>): Named {
    const known = before.get(counts.conflictId);
    const same =
      known !== undefined &&
      known.field === counts.field &&
      known.application?.namespace === counts.application?.namespace &&
      known.application?.name === counts.application?.name;
    const named = same ? known : nameOf(counts);
    this.#named.set(counts.conflictId, named);
    return named;
  }

  #take(key: string, group: readonly ContestedCounts[], now: Millis): void {
    const [first] = group;
    if (first === undefined) return;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const { labels, application } = this.#named.get(first.conflictId) ?? nameOf(first);
      const set = new LabelSet(labels);
      entry = {
        key,
        series: { application, set, state: null, totals: NOTHING, replicas: null },
        seen: [],
        endedAt: null,
      };
      this.#entries.set(key, entry);
    }
    // Nothing was counted since.
    if (sameEntries(group, entry.seen)) return;
    const states = group.map((counts) => counts.state).sort((a, b) => GRAVITY[a] - GRAVITY[b]);
    const state = states[0] ?? null;
    entry.endedAt = state === 'resolved' ? (entry.endedAt ?? now) : null;
    const { seen } = entry;
    const gains = group.map((counts) =>
      gained(seen.find(({ conflictId }) => conflictId === counts.conflictId) ?? NOTHING, counts),
    );
    const [gain = NOTHING, ...more] = gains;
    const { series } = entry;
    entry.series = {
      ...series,
      state,
      totals: merge(series.totals, more.reduce(combine, gain), (total, each) => total + each),
      // Of one workload, so the same in each that has them.
      replicas: group.find(({ replicas }) => replicas !== undefined)?.replicas ?? null,
    };
    entry.seen = group;
  }
}

/** Keeps a number of series within bounds: the gravest first, then those shown before, then by key. */
export class Limiter {
  /** Most that are shown. */
  limit: number;
  #shown = new Set<string>();
  #dropped = new Set<string>();
  /** Where there was room for all: who they were, and in which order they are shown. */
  #all: { readonly keys: readonly string[]; readonly order: readonly number[] } | null = null;

  constructor(limit: number) {
    this.limit = limit;
  }

  select<T>(candidates: readonly T[], keyOf: (each: T) => string, gravityOf: (each: T) => number): Selection<T> {
    if (candidates.length <= this.limit) return this.#selectAll(candidates, candidates.map(keyOf));
    this.#all = null;
    const ranked = candidates.map((each) => ({ each, key: keyOf(each), gravity: gravityOf(each) }));
    ranked.sort(
      (a, b) =>
        a.gravity - b.gravity ||
        Number(this.#shown.has(b.key)) - Number(this.#shown.has(a.key)) ||
        compare(a.key, b.key),
    );
    const dropped = new Set(ranked.slice(this.limit).map(({ key }) => key));
    const newlyDropped = [...dropped].filter((key) => !this.#dropped.has(key)).length;
    const shown = ranked.slice(0, this.limit).sort((a, b) => compare(a.key, b.key));
    this.#shown = new Set(shown.map(({ key }) => key));
    this.#dropped = dropped;
    return { shown: shown.map(({ each }) => each), newlyDropped, hidden: dropped.size };
  }

  /** There is room for all, so that nobody has to come first; mostly they are who they were. */
  #selectAll<T>(candidates: readonly T[], keys: readonly string[]): Selection<T> {
    if (this.#all === null || !sameEntries(keys, this.#all.keys)) {
      const order = [...keys.keys()].sort((a, b) => compare(keys[a] ?? '', keys[b] ?? ''));
      this.#all = { keys, order };
      this.#shown = new Set(keys);
      this.#dropped.clear();
    }
    return { shown: this.#all.order.map((index) => candidates[index] as T), newlyDropped: 0, hidden: 0 };
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function nameOf({ workload, application, field }: ContestedCounts): Named {
  const labels = workloadLabels(workload, application, field);
  return { application, field, labels, key: keyOfLabels(labels) };
}

/** JSON keeps the parts apart whatever they contain. */
export function keyOfLabels(labels: WorkloadLabels): string {
  return JSON.stringify(LABELS_OF_WORKLOADS.map((name) => labels[name]));
}

/** What a conflict counted between two looks. It starts from zero again when it has fallen, as Prometheus reads it. */
function gained(before: ContestedTotals, after: ContestedTotals): ContestedTotals {
  return merge(before, after, (was, is) => (is < was ? is : is - was));
}

/** Reversals belong to one pair of contenders and add up; what befell the workload would be counted twice. */
function combine(a: ContestedTotals, b: ContestedTotals): ContestedTotals {
  return { ...merge(a, b, Math.max), reversals: a.reversals + b.reversals };
}

function merge(a: ContestedTotals, b: ContestedTotals, by: (a: number, b: number) => number): ContestedTotals {
  const writers = Object.keys({ ...a.writes, ...b.writes }) as WriterKind[];
  return {
    reversals: by(a.reversals, b.reversals),
    replicaSecondsShort: by(a.replicaSecondsShort, b.replicaSecondsShort),
    podsUp: by(a.podsUp, b.podsUp),
    podsDown: by(a.podsDown, b.podsDown),
    writes: Object.fromEntries(writers.map((writer) => [writer, by(a.writes[writer] ?? 0, b.writes[writer] ?? 0)])),
  };
}
