/** From a snapshot to what may have series: contested workloads, open risks, and the Applications of both. */
import type { Millis } from '../model/facts.ts';
import { madeOnce } from '../model/made-once.ts';
import type { SyncCounts } from '../model/observations.ts';
import { sameEntries } from '../model/same-value.ts';
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

/** null: no Application is named. */
type Named = SyncCounts['application'] | null;

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
  /** Those that were relevant when last looked at, and of whom they are. */
  #relevant: {
    readonly risks: readonly Risk[];
    readonly contested: readonly Named[];
    readonly syncs: readonly KeyedSyncs[];
  } = {
    risks: [],
    contested: [],
    syncs: [],
  };

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
  #relevantSyncs({ risks, syncs }: TelemetrySnapshot, series: readonly ContestedSeries[]): readonly KeyedSyncs[] {
    const before = this.#relevant;
    const contested = series.map(({ application }) => application);
    const same = risks === before.risks && sameEntries(contested, before.contested);
    const named = same ? before.syncs : namedSyncs([...contested, ...openOf(risks)], before.syncs);
    const counted = named.map((one) => withCounts(one, syncs(one.application) ?? NO_SYNCS));
    this.#relevant = { risks, contested, syncs: counted };
    return counted;
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

/** One of each; the same as before where it was there before. */
function namedSyncs(applications: readonly Named[], before: readonly KeyedSyncs[]): KeyedSyncs[] {
  const known = new Map(before.map((syncs) => [syncs.key, syncs]));
  const named = new Map<string, KeyedSyncs>();
  for (const application of applications) {
    if (application === null) continue;
    const key = keyOfApplication(application);
    if (!named.has(key)) named.set(key, known.get(key) ?? unsynced(key, application));
  }
  return [...named.values()];
}

function openOf(risks: readonly Risk[]): Named[] {
  return risks.filter(({ suppressed }) => suppressed === null).map(({ application }) => application);
}

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
