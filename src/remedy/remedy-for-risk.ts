/** From a risk of the audit to what takes it away: the same engine as for a conflict, before there is one. */
import type { Remedy, Risk } from '../model/verdicts.ts';
import type { RulesContext } from '../rules/protection.ts';
import { applicationWide } from './application-wide.ts';
import { remedyForField } from './field-remedy.ts';
import { instructRemedy } from './instruct-remedy.ts';
import { protectRemedy } from './protect-remedy.ts';
import { clearLastApplied, removeFromGit } from './remove-from-git.ts';
import { keeperOf, remedyForReplicas, targetsBehindRollout } from './replicas-remedy.ts';
import { dropReplace, fitRange, narrowRules, repairSettings, retarget, singleScaler } from './risk-steps.ts';
import { remedyForSharedObject } from './shared-object-remedy.ts';
import { type Situation, viewSituation } from './situation.ts';

/** Never throws. A rule id that is not known gets the remedy for an unprotected field. */
export function remedyForRisk(risk: Omit<Risk, 'remedy'>, context: RulesContext): Remedy {
  const situation = viewSituation(
    { ref: risk.workload, fields: risk.field === '' ? [] : [risk.field], application: risk.application, managers: [] },
    context,
  );
  if (risk.workload.kind === 'ConfigMap') return repairSettings(situation, risk.message);
  if (risk.workload.kind === 'Application') return remedyForApplication(risk, situation);
  if (situation.fields.length === 0 && !KNOW_THEIR_FIELD.has(risk.rule)) return remedyForField(situation, []);
  switch (risk.rule) {
    case 'TW105':
      return protectRemedy(situation, {
        keeper: keeper(situation),
        after: [...fitRange(situation), ...removeFromGit(situation)],
      });
    case 'TW106':
      return protectRemedy(situation, { keeper: keeper(situation), after: [clearLastApplied(situation)] });
    case 'TW107':
      return protectRemedy(situation, { keeper: keeper(situation), after: dropReplace(situation) });
    case 'TW108':
      return narrowRules(situation);
    case 'TW109':
      return remedyForSharedObject(situation, []);
    case 'TW110':
      return singleScaler(situation);
    case 'TW111':
      return retarget(situation);
    case 'TW112':
      return remedyBehindRollout(situation);
    default:
      return remedyForReplicas(situation, []);
  }
}

/** Rules whose remedy does not go through the field of the finding. */
const KNOW_THEIR_FIELD = new Set(['TW108', 'TW109', 'TW110', 'TW111']);

/** Findings about an Application as a whole. */
function remedyForApplication(risk: Omit<Risk, 'remedy'>, situation: Situation): Remedy {
  if (risk.rule === 'TW108') return narrowRules(situation);
  return protectRemedy(applicationWide(risk, situation), { keeper: 'what scales its workloads', after: [] });
}

function remedyBehindRollout(situation: Situation): Remedy {
  const targets = targetsBehindRollout(situation);
  const [first] = targets;
  if (first === undefined) return remedyForReplicas(situation, []);
  return instructRemedy(situation, {
    summary: `${first.why.slice(0, first.why.indexOf(':'))}: point the scaler at the Rollout.`,
    steps: targets,
  });
}

function keeper(situation: Situation): string {
  return keeperOf(situation, []);
}
