/** The audit: one engine for a live cluster, a recording and manifests. Pure. */
import type { Millis } from '../model/facts.ts';
import type { Remedy, Risk, Safe } from '../model/verdicts.ts';
import { remedyForRisk } from '../remedy/remedy-for-risk.ts';
import { type BareRisk, collecting } from './collect-risks.ts';
import type { AuditContext, Rule } from './rule.ts';
import { RULES } from './rules.ts';
import { drained, type Sliced } from './slices.ts';

export interface Audit {
  readonly risks: readonly Risk[];
  /** Risks that a tugwatch.dev/ignore annotation silences: shown, and no reason to fail. */
  readonly suppressed: readonly Risk[];
  /** Workloads with nothing against them, silenced or not, and why. */
  readonly safe: readonly Safe[];
  /** When it was made; absent where several were put together. */
  readonly at?: Millis;
}

export function runAudit(context: AuditContext, rules: readonly Rule[] = RULES): Audit {
  return drained(auditing(context, rules));
}

/**
 * The same in slices, between which the model may go on: then one workload may be judged as it was a moment before
 * another, as it may be anyway where the watches of two kinds do not keep step. `remedyFor`: called when a remedy is first
 * looked at.
 */
export function* auditing(
  context: AuditContext,
  rules: readonly Rule[] = RULES,
  remedyFor: (risk: BareRisk) => Remedy = (risk) => remedyForRisk(risk, context),
): Sliced<Audit> {
  const collected = yield* collecting(context, rules);
  const risks = collected.risks.map((risk) => withRemedy(risk, remedyFor));
  return {
    risks: risks.filter((risk) => risk.suppressed === null),
    suppressed: risks.filter((risk) => risk.suppressed !== null),
    safe: collected.safe,
    at: context.now,
  };
}

/** Remedies are the dear part, and whoever only counts risks needs none: each is made when it is first looked at. */
function withRemedy(risk: BareRisk, remedyFor: (risk: BareRisk) => Remedy): Risk {
  let remedy: Remedy | null = null;
  return {
    ...risk,
    get remedy() {
      remedy ??= remedyFor(risk);
      return remedy;
    },
  };
}
