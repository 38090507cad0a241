/** From a snapshot to what may have series: contested workloads, open risks, and the Applications of both. */
import type { Millis } from '../model/facts.ts';
import { madeOnce } from '../model/made-once.ts';
import type { SyncCounts } from '../model/observations.ts';
import type { HealKind, Risk, Severity } from '../model/verdicts.ts';
import { visible } from '../report/visible.ts';
import type { ContestedSeries, Selection, WorkloadLabels } from './contested-series.ts';
import { ContestedTracker, keyOfLabels, Limiter, workloadLabels } from './contested-series.ts';
import { LabelSet } from './exposition.ts';
import type { DropScope, RiskSeries, SyncSeries, TelemetryView } from './families.ts';
import type { TelemetrySnapshot } from './snapshot.ts';

const SEVERITIES: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };
const NO_SYNCS: SyncCounts['byTrigger'] = { 'self-heal': 0, revision: 0, manual: 0, other: 0 };
const TRIGGERS = Object.keys(NO_SYNCS) as HealKind[];

interface KeyedRisk extends RiskSeries {
  readonly key: string;
}

interface KeyedSyncs extends SyncSeries {
  readonly key: string;
  readonly application: SyncCounts['application'];
}

export class ViewBuilder {
  /** How often something was left out, since the start. */
  readonly dropped: Record<DropScope, number> = { conflict: 0, risk: 0, application: 0 };
  /** How many are left out now. */
  readonly hidden: Record<DropScope, number> = { conflict: 0, risk: 0, application: 0 };
  readonly #contested: ContestedTracker;
  readonly #risks: Limiter;
  readonly #applications: Limiter;
  /** Of the last audit that was looked at. */
  #open: { readonly of: readonly Risk[]; readonly risks: readonly KeyedRisk[] } = { of: [], risks: [] };
  /** By key, of those that were relevant when last looked at. */
  #relevant = new Map<string, KeyedSyncs>();

  constructor(limit: number, retention: Millis) {
    this.#contested = new ContestedTracker({ limit, retention });
    this.#risks = new Limiter(limit);
    this.#applications = new Limiter(limit);
  }

  build(snapshot: TelemetrySnapshot): TelemetryView {
    const contested = this.#contested.update(snapshot.contested, snapshot.now);
    this.#note('conflict', contested);
    if (this.#open.of !== snapshot.risks)
      this.#open = { of: snapshot.risks, risks: openRisks(snapshot.risks, this.#open.risks) };
    const risks = this.#risks.select(
      this.#open.risks,
      ({ key }) => key,
      (risk) => SEVERITIES[risk.severity],
    );
    this.#note('risk', risks);
    const syncs = this.#applications.select(
      this.#relevantSyncs(snapshot, contested.shown),
      ({ key }) => key,
      () => 0,
    );
    this.#note('application', syncs);
    return { snapshot, contested: contested.shown, risks: risks.shown, syncs: syncs.shown };
  }

  /** Another limit, from the next build on. */
  limitSeries(limit: number): void {
    this.#contested.limitSeries(limit);
    this.#risks.limit = limit;
    this.#applications.limit = limit;
  }

  /** The syncs of every Application that is contested or at risk; zeros for one that has not synced yet. */
  #relevantSyncs(snapshot: TelemetrySnapshot, contested: readonly ContestedSeries[]): KeyedSyncs[] {
    const relevant = new Map<string, KeyedSyncs>();
    const add = (application: SyncCounts['application'] | null) => {
      if (application === null) return;
      const key = keyOfApplication(application);
      if (relevant.has(key)) return;
      const byTrigger = snapshot.syncs(application) ?? NO_SYNCS;
      relevant.set(key, withCounts(this.#relevant.get(key) ?? unsynced(key, application), byTrigger));
    };
    for (const { application } of contested) add(application);
    for (const { application, suppressed } of snapshot.risks) if (suppressed === null) add(application);
    this.#relevant = relevant;
    return [...relevant.values()];
  }

  #note(scope: DropScope, { newlyDropped, hidden }: Selection<unknown>): void {
    this.dropped[scope] += newlyDropped;
    this.hidden[scope] = hidden;
  }
}

/** One series a rule and field, though a rule may find several things wrong with it; the same as before where it was there before. */
function openRisks(risks: readonly Risk[], before: readonly KeyedRisk[]): KeyedRisk[] {
  const known = new Map(before.map((risk) => [risk.key, risk]));
  const series = new Map<string, KeyedRisk>();
  for (const risk of risks) {
    if (risk.suppressed !== null) continue;
    const labels: WorkloadLabels = workloadLabels(risk.workload, risk.application, risk.field);
    const { rule, severity } = risk;
    const key = `${rule} ${keyOfLabels(labels)}`;
    const same = known.get(key);
    series.set(
      key,
      same?.severity === severity ? same : { key, rule, severity, set: new LabelSet({ rule, ...labels }) },
    );
  }
  return [...series.values()];
}

/** Of names as they are shown: what looks the same is one series. */
const keyOfApplication = madeOnce(
  ({ namespace, name }: SyncCounts['application']) => `${visible(namespace)}\n${visible(name)}`,
);

function unsynced(key: string, application: SyncCounts['application']): KeyedSyncs {
  const { namespace, name } = application;
  const set = new LabelSet({ application_namespace: visible(namespace), application: visible(name) });
  return { key, application, set, byTrigger: NO_SYNCS };
}

/** The same where they have not changed. What counts goes on counting, so the counts are copied. */
function withCounts(syncs: KeyedSyncs, byTrigger: SyncCounts['byTrigger']): KeyedSyncs {
  if (TRIGGERS.every((kind) => byTrigger[kind] === syncs.byTrigger[kind])) return syncs;
  return { ...syncs, byTrigger: { ...byTrigger } };
}
