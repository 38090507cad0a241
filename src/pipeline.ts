/**
 * The one pipeline that run, replay and demo share: changes in, observations and a report out. They differ in the
 * source on the left and in the clock, and in nothing else. Pure: no I/O, no clock of its own.
 */
import { type Audit, auditing } from './audit/audit.ts';
import type { BareRisk } from './audit/collect-risks.ts';
import { RULES } from './audit/rules.ts';
import { drained, type Sliced } from './audit/slices.ts';
import { Detector } from './detect/detector.ts';
import { ClusterModel } from './model/cluster-model.ts';
import type { ClusterOf } from './model/destinations.ts';
import type { Change, Millis } from './model/facts.ts';
import { ForeignApplications } from './model/foreign-applications.ts';
import { lookedUp } from './model/looked-up.ts';
import { madeOnce } from './model/made-once.ts';
import type { Observation } from './model/observations.ts';
import type { JqEngine, LensRequest } from './model/ports.ts';
import { HOLDS_ALL, type Holds, holdsChange } from './model/shard.ts';
import type { Conflict, Remedy, Risk } from './model/verdicts.ts';
import { readCommand } from './remedy/commands.ts';
import { RemedyBook } from './remedy/remedy-book.ts';
import { buildReport, type ReportedConflict, type ReportHealth } from './report/build-report.ts';
import type { Report } from './report/schema.ts';
import type { RulesContext } from './rules/protection.ts';

export interface ReportExtra {
  readonly health?: ReportHealth;
  /** Names the workloads that nothing was found against, too. */
  readonly safe?: boolean;
}

export class Pipeline {
  readonly model: ClusterModel;
  readonly detector: Detector;
  readonly remedies: RemedyBook;
  readonly #jq: JqEngine;
  readonly #holds: Holds;
  readonly #foreign: ForeignApplications;
  /** The last audit, the remedies that were looked at since, and its risks as reports have them. */
  #audited: Audit | null = null;
  #remediesOfRisks = new Map<BareRisk, Remedy>();
  #risks: { readonly of: readonly unknown[]; readonly risks: readonly Risk[] } = { of: [], risks: [] };
  #firstAt: Millis | null = null;
  #lastAt: Millis = 0;

  /** `clusterOf`: which watched cluster a destination of Applications is. `holds`: which namespaces are its share. */
  constructor(jq: JqEngine, clusterOf?: ClusterOf, holds: Holds = HOLDS_ALL) {
    this.#holds = holds;
    this.#foreign = new ForeignApplications(holds);
    this.model = new ClusterModel(clusterOf, holds);
    this.#jq = jq;
    this.detector = new Detector({ model: this.model, jq });
    this.remedies = new RemedyBook({ model: this.model, jq });
  }

  /** One change through the model and the detector. */
  feed(change: Change): Observation[] {
    this.#firstAt ??= change.at;
    this.#lastAt = Math.max(this.#lastAt, change.at);
    if (!holdsChange(this.#holds, change)) return [];
    return this.detector.observe(this.model.apply(this.#foreign.cut(change)));
  }

  /** Time passes; conflicts may be over by it. */
  advance(now: Millis): Observation[] {
    this.#lastAt = Math.max(this.#lastAt, now);
    return this.detector.advance(now);
  }

  takeLensRequests(): LensRequest[] {
    return this.detector.takeLensRequests();
  }

  /** Looks for the next fight in the model as it is now. Costs a walk over all workloads. */
  audit(): Audit {
    return drained(this.auditing({ tellSafe: true }));
  }

  /** The same in slices, between which changes may be fed. `tellSafe` false: nobody will ask what is safe, and nothing is called so. */
  *auditing({ tellSafe }: { readonly tellSafe: boolean }): Sliced<Audit> {
    const context = { ...this.rulesContext, now: this.#lastAt, tellSafe };
    const audit = yield* auditing(context, RULES, (risk) => this.#remedyForRisk(risk), this.#audited);
    this.#audited = audit;
    this.#remediesOfRisks = new Map();
    return audit;
  }

  /** Looked up once an audit. */
  #remedyForRisk(risk: BareRisk): Remedy {
    const known = this.#remediesOfRisks.get(risk);
    if (known !== undefined) return known;
    const remedy = this.remedies.remedyForRisk(risk);
    this.#remediesOfRisks.set(risk, remedy);
    return remedy;
  }

  /** What rules are held against. */
  get rulesContext(): RulesContext {
    return { model: this.model, jq: this.#jq };
  }

  remedyFor(conflict: Conflict): Remedy {
    if (conflict.state === 'resolved' && conflict.resolution !== 'rule-added') return nothingToDo(conflict);
    const leaves = this.detector.leavesOf(conflict.workload);
    return this.remedies.remedyFor(conflict, leaves);
  }

  readonly #withRemedy = lookedUp('remedy', (conflict: Conflict) => this.remedyFor(conflict));
  readonly #reported = madeOnce((conflict: Conflict): ReportedConflict => this.#withRemedy({ conflict }, conflict));

  /** The same list while audits find the same, so that its documents are made once. */
  #risksOf({ risks, suppressed }: Audit): readonly Risk[] {
    const { of } = this.#risks;
    if (of[0] !== risks || of[1] !== suppressed)
      this.#risks = { of: [risks, suppressed], risks: [...risks, ...suppressed] };
    return this.#risks.risks;
  }

  /** Everything Tugwatch has to say now (docs/report.md). `audit` spares a new one where a recent one will do. */
  report(audit: Audit = this.audit(), extra: ReportExtra = {}): Report {
    return buildReport({
      window: { from: this.#firstAt ?? this.#lastAt, to: this.#lastAt },
      conflicts: this.detector.conflicts().map(this.#reported),
      notices: this.detector.notices(),
      risks: this.#risksOf(audit),
      watched: {
        workloads: this.model.workloads.size,
        applications: this.model.applications.size,
        autoscalers: this.model.hpas.size + this.model.scaledObjects.size,
        auditedAt: audit.at ?? null,
      },
      ...(extra.safe === true ? { safe: audit.safe } : {}),
      ...(extra.health === undefined ? {} : { health: extra.health }),
    });
  }
}

/** Over by another cause than a rule: what would have ended it is not asked for any more. The same for the same conflict. */
const nothingToDo = madeOnce((conflict: Conflict): Remedy => {
  const { kind, namespace, name } = conflict.workload;
  const app = conflict.application;
  return {
    summary: `Nothing is left to do about this fight: it is over (${conflict.resolution ?? 'quiet'}).`,
    owner: app === null ? { kind, namespace, name } : { kind: 'Application', ...app },
    steps: [],
    warnings: [],
    verify: {
      message: 'Tugwatch would open the same conflict again at the next reversal.',
      command: readCommand(conflict.workload, conflict.field === null ? '{.spec}' : jsonPathOf(conflict.field)),
    },
  };
});

/** kubectl's jsonpath of a JSON pointer: '/spec/replicas' → '{.spec.replicas}'. */
function jsonPathOf(pointer: string): string {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return `{${steps.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step.replaceAll('.', '\\.')}`)).join('')}}`;
}
