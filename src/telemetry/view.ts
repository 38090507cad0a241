/** From a snapshot to what may have series: contested workloads, open risks, and the Applications of both. */
import type { Millis } from '../model/facts.ts';
import type { SyncCounts } from '../model/observations.ts';
import type { Risk, Severity } from '../model/verdicts.ts';
import { visible } from '../report/visible.ts';
import type { ContestedSeries, Selection, WorkloadLabels } from './contested-series.ts';
import { ContestedTracker, keyOfLabels, Limiter, workloadLabels } from './contested-series.ts';
import { LabelSet } from './exposition.ts';
import type { DropScope, RiskSeries, SyncSeries, TelemetryView } from './families.ts';
import type { TelemetrySnapshot } from './snapshot.ts';

const SEVERITIES: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };
const NO_SYNCS: SyncCounts['byTrigger'] = { 'self-heal': 0, revision: 0, manual: 0, other: 0 };

interface Application {
  readonly key: string;
  readonly set: LabelSet;
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
  #open: { readonly of: readonly Risk[]; readonly risks: readonly RiskSeries[] } = { of: [], risks: [] };
  /** By key, of those that were relevant when last looked at. */
  #labelled = new Map<string, Application>();

  constructor(limit: number, retention: Millis) {
    this.#contested = new ContestedTracker({ limit, retention });
    this.#risks = new Limiter(limit);
    this.#applications = new Limiter(limit);
  }

  build(snapshot: TelemetrySnapshot): TelemetryView {
    const contested = this.#contested.update(snapshot.contested, snapshot.now);
    this.#note('conflict', contested);
    if (this.#open.of !== snapshot.risks) this.#open = { of: snapshot.risks, risks: openRisks(snapshot.risks) };
    const risks = this.#risks.select(this.#open.risks, keyOfRisk, (risk) => SEVERITIES[risk.severity]);
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
  #relevantSyncs(snapshot: TelemetrySnapshot, contested: readonly ContestedSeries[]): (SyncSeries & Application)[] {
    const relevant = new Map<string, Application>();
    const add = (namespace: string, name: string) => {
      if (name === '') return;
      const key = keyOfApplication({ namespace, name });
      if (!relevant.has(key)) relevant.set(key, this.#labelled.get(key) ?? { key, set: setOf(namespace, name) });
    };
    for (const { labels } of contested) add(labels.application_namespace, labels.application);
    for (const { application, suppressed } of snapshot.risks) {
      if (application !== null && suppressed === null) add(visible(application.namespace), visible(application.name));
    }
    this.#labelled = relevant;
    const counted = new Map(
      snapshot.syncs.map(({ application: { namespace, name }, byTrigger }) => [
        keyOfApplication({ namespace: visible(namespace), name: visible(name) }),
        byTrigger,
      ]),
    );
    return [...relevant.values()].map(({ key, set }) => ({ key, set, byTrigger: counted.get(key) ?? NO_SYNCS }));
  }

  #note(scope: DropScope, { newlyDropped, hidden }: Selection<unknown>): void {
    this.dropped[scope] += newlyDropped;
    this.hidden[scope] = hidden;
  }
}

/** One series a rule and field, though a rule may find several things wrong with it. */
function openRisks(risks: readonly Risk[]): RiskSeries[] {
  const series = new Map<string, RiskSeries>();
  for (const risk of risks) {
    if (risk.suppressed !== null) continue;
    const labels: WorkloadLabels = workloadLabels(risk.workload, risk.application, risk.field);
    const { rule, severity } = risk;
    const each = { rule, severity, labels, set: new LabelSet({ rule, ...labels }) };
    series.set(keyOfRisk(each), each);
  }
  return [...series.values()];
}

function keyOfRisk(risk: RiskSeries): string {
  return `${risk.rule} ${keyOfLabels(risk.labels)}`;
}

/** Of names as they are shown: what looks the same is one series. */
function keyOfApplication(application: SyncCounts['application']): string {
  return JSON.stringify([application.namespace, application.name]);
}

function setOf(namespace: string, name: string): LabelSet {
  return new LabelSet({ application_namespace: namespace, application: name });
}
