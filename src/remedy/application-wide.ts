/** A finding about an Application concerns the workloads it manages that something scales. */
import type { Risk } from '../model/verdicts.ts';
import type { RuleSubject } from '../rules/protection.ts';
import { applicationLabel, type Situation, viewSituation } from './situation.ts';

/**
 * The situation of the Application with one subject for each such workload. For a rule that does not parse (TW103) with
 * none: the rule goes, and nothing else is changed.
 */
export function applicationWide(risk: Omit<Risk, 'remedy'>, situation: Situation): Situation {
  const { context, app } = situation;
  if (app === null || risk.rule === 'TW103') {
    return { ...situation, fields: [], subjects: [], label: applicationLabel(situation) };
  }
  const subjects: RuleSubject[] = [];
  for (const workload of context.model.workloads.values()) {
    if (context.model.scalersOf(workload.ref).length === 0) continue;
    if (context.model.applicationOf(workload) !== app) continue;
    const input = { ref: workload.ref, fields: ['/spec/replicas'], application: situation.application, managers: [] };
    subjects.push(...viewSituation(input, context).subjects);
  }
  const label = `/spec/replicas of the ${subjects.length} scaled workloads of ${applicationLabel(situation)}`;
  return { ...situation, fields: ['/spec/replicas'], subjects, label };
}
