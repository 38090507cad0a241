/** What a fix starts from: the conflict, or where one look shows none that is certain, the risk that configuration proves. */
import type { ConflictDocument, RemedyDocument, RiskDocument } from './schema.ts';

export type FixCause =
  | { readonly type: 'conflict'; readonly conflict: ConflictDocument }
  /** `suspected`: a fight seems to be under way already. */
  | { readonly type: 'risk'; readonly risk: RiskDocument; readonly suspected: ConflictDocument | null };

/** null: nothing fights over the workload, and nothing says that it will. */
export function chooseCause(conflicts: readonly ConflictDocument[], risks: readonly RiskDocument[]): FixCause | null {
  const open = conflicts.filter((conflict) => conflict.state !== 'resolved');
  const certain = open.find((conflict) => conflict.state === 'confirmed' && !conflict.insufficientHistory);
  if (certain !== undefined) return { type: 'conflict', conflict: certain };
  const [suspected] = open;
  const risk = risks
    .filter((one) => suspected === undefined || one.field === suspected.field)
    .sort((a, b) => rank(a) - rank(b))[0];
  if (risk !== undefined) return { type: 'risk', risk, suspected: suspected ?? null };
  return suspected === undefined ? null : { type: 'conflict', conflict: suspected };
}

const SEVERITIES = ['critical', 'warning', 'info'];

/** Silenced last, what can be changed live first, then by severity; rules of one rank keep the order of the report. */
function rank(risk: RiskDocument): number {
  const silenced = risk.suppressed === null ? 0 : 100;
  return silenced + (isLive(risk.remedy) ? 0 : 10) + SEVERITIES.indexOf(risk.severity);
}

function isLive(remedy: RemedyDocument): boolean {
  const [first] = remedy.steps;
  return first?.where === 'live' && first.patch !== null;
}
