/** From a snapshot to what may have series: contested workloads, open risks, and the Applications of both. */
import type { Millis } from '../model/facts.ts';
import type { SyncCounts } from '../model/observations.ts';
import type { Risk, Severity } from '../model/verdicts.ts';
import type { ContestedSeries, Selection, WorkloadLabels } from './contested-series.ts';
import { ContestedTracker, keyOfLabels, Limiter, workloadLabels } from './contested-series.ts';
import type { DropScope, RiskSeries, TelemetryView } from './families.ts';
import type { TelemetrySnapshot } from './snapshot.ts';

const SEVERITIES: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };
const NO_SYNCS: SyncCounts['byTrigger'] = { 'self-heal': 0, revision: 0, manual: 0, other: 0 };

export class ViewBuilder {
  /** How often something was left out, since the start. */
  readonly dropped: Record<DropScope, number> = { conflict: 0, risk: 0, application: 0 };
  /** How many are left out now. */
  readonly hidden: Record<DropScope, number> = { conflict: 0, risk: 0, application: 0 };
  readonly #contested: ContestedTracker;
  readonly #risks: Limiter;
  readonly #applications: Limiter;

  constructor(limit: number, retention: Millis) {
    this.#contested = new ContestedTracker({ limit, retention });
    this.#risks = new Limiter(limit);
    this.#applications = new Limiter(limit);
  }

  build(snapshot: TelemetrySnapshot): TelemetryView {
    const contested = this.#contested.update(snapshot.contested, snapshot.now);
    this.#note('conflict', contested);
    const risks = this.#risks.select(openRisks(snapshot.risks), keyOfRisk, (risk) => SEVERITIES[risk.severity]);
    this.#note('risk', risks);
    const syncs = this.#applications.select(
      relevantSyncs(snapshot, contested.shown),
      ({ application }) => keyOfApplication(application),
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
    const each = { rule: risk.rule, severity: risk.severity, labels };
    series.set(keyOfRisk(each), each);
  }
  return [...series.values()];
}

function keyOfRisk(risk: RiskSeries): string {
  return `${risk.rule} ${keyOfLabels(risk.labels)}`;
}

/** The syncs of every Application that is contested or at risk; zeros for one that has not synced yet. */
function relevantSyncs(snapshot: TelemetrySnapshot, contested: readonly ContestedSeries[]): SyncCounts[] {
  const relevant = new Map<string, SyncCounts['application']>();
  const add = (namespace: string, name: string) => {
    if (name !== '') relevant.set(keyOfApplication({ namespace, name }), { namespace, name });
  };
  for (const { labels } of contested) add(labels.application_namespace, labels.application);
  for (const { application, suppressed } of snapshot.risks) {
    if (application !== null && suppressed === null) add(application.namespace, application.name);
  }
  const counted = new Map(snapshot.syncs.map((syncs) => [keyOfApplication(syncs.application), syncs]));
  return [...relevant].map(([key, application]) => counted.get(key) ?? { application, byTrigger: NO_SYNCS });
}

function keyOfApplication(application: SyncCounts['application']): string {
  return JSON.stringify([application.namespace, application.name]);
}
