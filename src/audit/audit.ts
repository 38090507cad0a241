/** The audit: one engine for a live cluster, a recording and manifests. Pure. */
import type { Millis } from '../model/facts.ts';
import { lookedUp } from '../model/looked-up.ts';
import { madeOnce } from '../model/made-once.ts';
import { keyOf } from '../model/refs.ts';
import { sameEntries, sameValue } from '../model/same-value.ts';
import type { Remedy, Risk, Safe } from '../model/verdicts.ts';
import { remedyForRisk } from '../remedy/remedy-for-risk.ts';
import { type BareRisk, collecting } from './collect-risks.ts';
import type { AuditContext, Rule } from './rule.ts';
import { RULES } from './rules.ts';
import { drained, mapped, type Sliced } from './slices.ts';

export interface Audit {
  readonly risks: readonly Risk[];
  /** Risks that a tugwatch.dev/ignore annotation silences: shown, and no reason to fail. */
  readonly suppressed: readonly Risk[];
  /** Workloads with nothing against them, silenced or not, and why; none where the context says that nobody asks. */
  readonly safe: readonly Safe[];
  /** When it was made; absent where several were put together. */
  readonly at?: Millis;
}

/** All that is said of a risk but its remedy, which follows from it and from the model. */
const MEMBERS = Object.keys({
  rule: 0,
  name: 0,
  severity: 0,
  workload: 0,
  application: 0,
  message: 0,
  when: 0,
  field: 0,
  suppressed: 0,
  certainty: 0,
  location: 0,
} satisfies Record<keyof BareRisk, 0>) as (keyof BareRisk)[];

export function runAudit(context: AuditContext, rules: readonly Rule[] = RULES): Audit {
  return drained(auditing(context, rules));
}

/**
 * The same in slices, between which the model may go on: then one workload may be judged as it was a moment before
 * another, as it may be anyway where the watches of two kinds do not keep step. `remedyFor`: called whenever a remedy is
 * looked at. What was found in `before` and is found again is the very same risk, in the very same list where all are, so that
 * whoever shows them has nothing to do.
 */
export function* auditing(
  context: AuditContext,
  rules: readonly Rule[] = RULES,
  remedyFor: (risk: BareRisk) => Remedy = madeOnce((risk) => remedyForRisk(risk, context)),
  before: Audit | null = null,
): Sliced<Audit> {
  const collected = yield* collecting(context, rules);
  // Remedies are the dear part, and whoever only counts risks needs none.
  const withRemedy = lookedUp('remedy', remedyFor);
  const known = new Map(before?.risks.concat(before.suppressed).map((risk) => [nameOf(risk), risk]));
  const risks = yield* mapped(collected.risks, (risk) => {
    const same = known.get(nameOf(risk));
    return same !== undefined && saysTheSame(risk, same) ? same : withRemedy({ ...risk }, risk);
  });
  const open = risks.filter((risk) => risk.suppressed === null);
  const suppressed = risks.filter((risk) => risk.suppressed !== null);
  return {
    risks: sameOr(open, before?.risks),
    suppressed: sameOr(suppressed, before?.suppressed),
    safe: collected.safe,
    at: context.now,
  };
}

/** One sentence may be said of all workloads of an Application. */
function nameOf({ rule, workload, field, message }: BareRisk): string {
  return `${rule} ${keyOf(workload)} ${field} ${message}`;
}

function saysTheSame(risk: BareRisk, before: BareRisk): boolean {
  return MEMBERS.every((member) => sameValue(risk[member], before[member]));
}

function sameOr(risks: readonly Risk[], before: readonly Risk[] = []): readonly Risk[] {
  return sameEntries(risks, before) ? before : risks;
}
