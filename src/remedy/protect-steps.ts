/** The two steps that make Argo CD leave fields alone: now, where it stays, and for good, at the owner. */
import type { ApplicationFact } from '../model/facts.ts';
import type { RemedyStep } from '../model/verdicts.ts';
import { commandOf, patchCommands, refreshCommand, resourceName } from './commands.ts';
import type { RawRule } from './field-rule.ts';
import { gitHome } from './git-home.ts';
import { choosePlace, type Place } from './place.ts';
import { type ProtectionPlan, planProtection } from './plan-protection.ts';
import { holderOfApplication, holderOfSet } from './rule-holder.ts';
import type { Situation } from './situation.ts';
import { yamlOfPlan } from './yaml.ts';

export interface ProtectSteps {
  readonly steps: readonly RemedyStep[];
  /** What the first step changes; its patch is empty when the live configuration is right already. */
  readonly now: ProtectionPlan;
  /** The whole change, at the place that owns the Application. */
  readonly whole: ProtectionPlan;
  readonly place: Place;
  /** The first step ends the fight and not the resets at each deploy. */
  readonly half: boolean;
}

export function protectSteps(situation: Situation, app: ApplicationFact): ProtectSteps {
  const { context, subjects, leaves, owners } = situation;
  const wish = { subjects, leaves, rules: true, option: true };
  const wanted = planProtection(holderOfApplication(app), app, wish, context);
  const needs = { rules: wanted.repaired.length > 0 || wanted.added.length > 0, option: wanted.addsOption };
  const place = choosePlace(app, owners, needs);
  const near = owners[0];
  const set = near?.fact?.fact === 'applicationset' ? near.fact : null;
  const whole = set === null ? wanted : planProtection(holderOfSet(set), app, wish, context);
  const now =
    place.type === 'patch'
      ? planProtection(place.holder, app, { ...wish, rules: place.rules, option: place.option }, context)
      : wanted;
  const steps: RemedyStep[] = [];
  if (wanted.patch.length > 0) steps.push(stopNow(situation, app, place, now, whole));
  // Where the first step is a commit already, or there is nothing to commit, one step is enough.
  const inGitAlready = wanted.patch.length > 0 && place.type !== 'patch';
  if (!inGitAlready && (whole.patch.length > 0 || isLiveOnly(situation, app))) {
    steps.push(makePermanent(situation, app, whole));
  }
  return { steps, now, whole, place, half: place.type === 'patch' && place.half };
}

/** The rules stand in the live Application, and what its parent last declared has none. */
function isLiveOnly(situation: Situation, app: ApplicationFact): boolean {
  const declared = app.lastAppliedDeclares?.ignoreDifferences ?? true;
  return situation.owners[0]?.kind === 'Application' && !declared && (app.ignoreDifferences ?? []).length > 0;
}

function stopNow(
  situation: Situation,
  app: ApplicationFact,
  place: Place,
  plan: ProtectionPlan,
  whole: ProtectionPlan,
): RemedyStep {
  const id = 'stop-now';
  if (place.type === 'git') {
    const parent = place.owner.fact?.fact === 'application' ? place.owner.ref : null;
    return {
      id,
      where: 'git',
      why: `${sentence(place.owner.how)}, so a live edit does not last: commit ${describeChange(whole)} to ${gitHome(situation)}.`,
      target: null,
      patch: null,
      yaml: yamlOfPlan(permanentTarget(situation, app), whole),
      commands: parent === null ? [] : [refreshCommand(parent)],
    };
  }
  if (place.type === 'edit') {
    return {
      id,
      where: 'live',
      why: `${sentence(situation.owners[0]?.how ?? '')}, and ${place.why}: put ${describeChange(whole)} there, and into ${gitHome(situation)}.`,
      target: place.target,
      patch: null,
      yaml: yamlOfPlan(place.target, whole),
      commands: [commandOf('kubectl', 'edit', resourceName(place.target), '-n', place.target.namespace)],
    };
  }
  return {
    id,
    where: 'live',
    why: whyNow(situation, place, plan),
    target: place.holder.target,
    patch: plan.patch,
    yaml: null,
    commands: patchCommands(place.holder.target, plan.patch),
  };
}

function whyNow(situation: Situation, place: Extract<Place, { type: 'patch' }>, plan: ProtectionPlan): string {
  const change = describeChange(plan);
  if (place.half) {
    return `A half fix, since ${place.by?.how ?? 'its owner undoes the rest'}: with ${change} the fight ends, but each deploy still writes Git's value until the next step is done.`;
  }
  const effect =
    situation.subjects.length === 0
      ? `With ${change}, Argo CD can compare ${situation.label} again`
      : `With ${change}, Argo CD leaves ${situation.label} alone, in the comparison and in the sync`;
  if (place.holder.target.kind === 'ApplicationSet')
    return `${effect}; it goes to the ApplicationSet because ${situation.owners[0]?.how ?? 'it owns the Application'}.`;
  return place.until === null ? `${effect}.` : `${effect}, until ${place.until.how}.`;
}

function makePermanent(situation: Situation, app: ApplicationFact, whole: ProtectionPlan): RemedyStep {
  const near = situation.owners[0];
  const owned = near?.kind === 'ApplicationSet' ? situation.owners[1] : near;
  const what = near?.kind === 'ApplicationSet' ? 'the ApplicationSet' : 'the Application';
  const why =
    owned === undefined
      ? `nothing in the cluster shows what applies ${what}, and whatever does would take the live change away`
      : owned.how;
  return {
    id: 'make-permanent',
    where: 'git',
    why: `Commit the same to ${gitHome(situation)}: ${why}.`,
    target: null,
    patch: null,
    yaml: yamlOfPlan(permanentTarget(situation, app), whole),
    commands: [],
  };
}

function permanentTarget(situation: Situation, app: ApplicationFact): ApplicationFact['ref'] {
  const near = situation.owners[0];
  return near?.kind === 'ApplicationSet' && near.ref !== null ? near.ref : app.ref;
}

/** 'spec.ignoreDifferences[0] repaired (group: apps) and RespectIgnoreDifferences=true'. */
export function describeChange(plan: ProtectionPlan): string {
  const parts = plan.repaired.map(({ place, changes }) => `${place} repaired (${changes.join(', ')})`);
  const [first] = plan.added;
  if (first !== undefined)
    parts.push(plan.added.length === 1 ? ruleLabel(first) : `${plan.added.length} rules, one for each object`);
  if (plan.addsOption) parts.push('the sync option RespectIgnoreDifferences=true');
  if (parts.length === 0) return 'the rules and options as they stand';
  return parts.length === 1 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** 'a rule for /spec/replicas of Deployment web alone'. */
function ruleLabel(rule: RawRule): string {
  const parts = [rule['jsonPointers'], rule['jqPathExpressions']].flatMap((list) => (Array.isArray(list) ? list : []));
  const what = parts.length === 1 ? String(parts[0]) : `${parts.length} fields`;
  return `a rule for ${what} of ${String(rule['kind'])} ${String(rule['name'])} alone`;
}

/** With a capital letter. */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
