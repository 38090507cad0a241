/**
 * Who owns an Application, walked up as far as it goes, and what each owner does to a live edit of what it owns:
 * ApplicationSet (applicationset/utils/createOrUpdate.go), parent Application (app-of-apps), Helm, Terraform, Flux by
 * their field managers.
 */
import type { ApplicationFact, ApplicationSetFact, ObjectRef } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import { judgeExpression } from '../rules/jq-coverage.ts';
import { pointerCovers } from '../rules/pointer.ts';
import { protectionOf, type RulesContext } from '../rules/protection.ts';
import { toolOf } from './tools.ts';

/** What becomes of a live edit: it stays, it stays until the owner next writes, or it is put back within seconds. */
export type Fate = 'lasts' | 'until-next-sync' | 'undone';

export interface OwnerLink {
  /** Application (the parent), ApplicationSet, Helm, Terraform, Flux, … */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The owner's own object; null for a tool outside the cluster. */
  readonly ref: ObjectRef | null;
  /** The owner as the model knows it; null when it is not in sight. */
  readonly fact: ApplicationFact | ApplicationSetFact | null;
  /** What becomes of a live edit of ignoreDifferences, and of syncOptions, of the object this link owns. */
  readonly rule: Fate;
  readonly option: Fate;
  /** How it does that: 'ApplicationSet argocd/fleet puts live edits back within a second'. */
  readonly how: string;
}

/** What can hold ignore rules and sync options. */
export type Owned = ApplicationFact | ApplicationSetFact;

/** The owners from the nearest to the last one that can be seen; empty when nothing in the cluster shows one. */
export function ownersOf(owned: Owned, context: RulesContext): OwnerLink[] {
  const links: OwnerLink[] = [];
  const seen = new Set([keyOf(owned.ref)]);
  let current: Owned | null = owned;
  while (current !== null) {
    const link: OwnerLink | null = ownerOf(current, context);
    if (link === null) break;
    links.push(link);
    if (link.fact === null || seen.has(keyOf(link.fact.ref))) break;
    seen.add(keyOf(link.fact.ref));
    current = link.fact;
  }
  return links;
}

function ownerOf(owned: Owned, context: RulesContext): OwnerLink | null {
  if (owned.fact === 'application' && owned.applicationSet !== null) {
    return linkToSet(owned, owned.applicationSet, context);
  }
  return linkToParent(owned, context) ?? linkToTool(owned);
}

function linkToSet(app: ApplicationFact, name: string, context: RulesContext): OwnerLink {
  const namespace = app.ref.namespace;
  const set = context.model.applicationSet(namespace, name) ?? null;
  const ref: ObjectRef = { ...app.ref, kind: 'ApplicationSet', name };
  const base = { kind: 'ApplicationSet', namespace, name, ref, fact: set };
  const display = `ApplicationSet ${namespace}/${name}`;
  if (set === null) {
    return {
      ...base,
      rule: 'undone',
      option: 'undone',
      how: `${display}, which is not in sight, normally puts live edits back at once`,
    };
  }
  // create-only and create-delete never update an Application (applicationset_types.go, ApplicationsSyncPolicy).
  if (set.applicationsSync === 'create-only' || set.applicationsSync === 'create-delete') {
    return {
      ...base,
      rule: 'lasts',
      option: 'lasts',
      how: `${display} is ${set.applicationsSync}: live edits stay, and its template reaches new Applications only`,
    };
  }
  const rule = isIgnoredBySet(set, app, '/spec/ignoreDifferences', context) ? 'lasts' : 'undone';
  const option = isIgnoredBySet(set, app, '/spec/syncPolicy/syncOptions', context) ? 'lasts' : 'undone';
  return { ...base, rule, option, how: howSetActs(display, rule, option) };
}

function howSetActs(display: string, rule: Fate, option: Fate): string {
  if (rule === 'lasts' && option === 'lasts')
    return `${display} lets live edits of both lists stay (ignoreApplicationDifferences)`;
  if (rule === option) return `${display} puts every live edit back within a second`;
  const [kept, lost] = rule === 'lasts' ? ['ignoreDifferences', 'syncOptions'] : ['syncOptions', 'ignoreDifferences'];
  return `${display} puts a live edit of ${lost} back within a second and lets ${kept} stay (ignoreApplicationDifferences)`;
}

/** What becomes of a live edit of any other field of the Application that `link` owns, taken as declared. */
export function fateOfField(
  app: ApplicationFact,
  link: OwnerLink | undefined,
  field: string,
  context: RulesContext,
): Fate {
  if (link === undefined) return 'lasts';
  if (link.kind === 'ApplicationSet') {
    const set = link.fact?.fact === 'applicationset' ? link.fact : null;
    if (set === null) return 'undone';
    const neverUpdates = set.applicationsSync === 'create-only' || set.applicationsSync === 'create-delete';
    return neverUpdates || isIgnoredBySet(set, app, field, context) ? 'lasts' : 'undone';
  }
  if (link.kind !== 'Application') return 'until-next-sync';
  return link.fact?.fact === 'application' ? fateUnder(link.fact, app, field, true, context) : 'undone';
}

/** spec.ignoreApplicationDifferences governs Applications: what it names survives a live edit. */
function isIgnoredBySet(set: ApplicationSetFact, app: ApplicationFact, field: string, context: RulesContext): boolean {
  if (set.ignoredApplicationPointers.some((pointer) => pointerCovers(pointer, field))) return true;
  const subject = { ref: app.ref, field, owners: [], value: [] };
  return set.ignoredApplicationJq.some(
    (expression) => judgeExpression(expression, subject, context.jq).outcome === 'covers',
  );
}

function linkToParent(owned: Owned, context: RulesContext): OwnerLink | null {
  const parent = context.model.applicationOf(owned) ?? null;
  if (parent === null) return linkToUnseenParent(owned, context);
  const { namespace, name } = parent.ref;
  const display =
    keyOf(parent.ref) === keyOf(owned.ref)
      ? `Application ${namespace}/${name} manages itself and`
      : `its parent Application ${namespace}/${name}`;
  const declared = declaredBy(owned);
  const rule = fateUnder(parent, owned, ruleFieldOf(owned), declared.rules, context);
  const option = fateUnder(parent, owned, optionFieldOf(owned), declared.options, context);
  return {
    kind: 'Application',
    namespace,
    name,
    ref: parent.ref,
    fact: parent,
    rule,
    option,
    how: howParentActs(display, rule, option),
  };
}

/** The tracking mark names an Application that the model does not hold: another namespace, or no permission to see it. */
function linkToUnseenParent(owned: Owned, context: RulesContext): OwnerLink | null {
  const instance =
    context.model.trackingSettings().method === 'label' ? owned.tracking.label : owned.tracking.annotation;
  if (instance === null || instance === '') return null;
  const underscore = instance.indexOf('_');
  const name = instance.slice(underscore + 1);
  const namespace = underscore < 0 ? owned.ref.namespace : instance.slice(0, underscore);
  const ref: ObjectRef = { ...owned.ref, kind: 'Application', namespace, name };
  const declared = declaredBy(owned);
  const rule = declared.rules ? 'undone' : 'lasts';
  const option = declared.options ? 'undone' : 'lasts';
  return {
    kind: 'Application',
    namespace,
    name,
    ref,
    fact: null,
    rule,
    option,
    how: `its tracking mark names Application ${namespace}/${name}, which is not in sight and may put back what Git declares`,
  };
}

function fateUnder(
  parent: ApplicationFact,
  owned: Owned,
  field: string,
  declared: boolean,
  context: RulesContext,
): Fate {
  // What Git never declared, no apply takes away: neither the three-way merge nor server-side apply.
  if (!declared || parent.skipReconcile) return 'lasts';
  const { inDiff, inSync } = protectionOf(parent, { ref: owned.ref, field, owners: [], value: [] }, context);
  if (inSync) return 'lasts';
  return parent.automated.enabled && parent.automated.selfHeal && !inDiff ? 'undone' : 'until-next-sync';
}

function howParentActs(display: string, rule: Fate, option: Fate): string {
  if (rule === 'lasts' && option === 'lasts')
    return `${display} declares neither list, so a live edit stays until Git does`;
  if (rule === 'undone' && option === 'undone')
    return `${display} heals itself and puts a live edit back within seconds`;
  if (rule === 'undone' || option === 'undone') {
    const [lost, kept] =
      option === 'undone' ? ['syncOptions', 'ignoreDifferences'] : ['ignoreDifferences', 'syncOptions'];
    return `${display} undoes a live edit by halves: ${lost}, which Git declares, go back within seconds, ${kept} stay`;
  }
  return `${display} puts a live edit back at its next sync`;
}

/** Which of the two lists Git declares, as far as last-applied or the presence of the list tells. */
function declaredBy(owned: Owned): { readonly rules: boolean; readonly options: boolean } {
  if (owned.fact === 'applicationset')
    return { rules: owned.templateRules !== null, options: owned.templateSyncOptions !== null };
  if (owned.lastAppliedDeclares !== null) {
    return { rules: owned.lastAppliedDeclares.ignoreDifferences, options: owned.lastAppliedDeclares.syncOptions };
  }
  return { rules: owned.ignoreDifferences !== null, options: owned.syncOptions !== null };
}

function ruleFieldOf(owned: Owned): string {
  return owned.fact === 'applicationset' ? '/spec/template/spec/ignoreDifferences' : '/spec/ignoreDifferences';
}

function optionFieldOf(owned: Owned): string {
  return owned.fact === 'applicationset'
    ? '/spec/template/spec/syncPolicy/syncOptions'
    : '/spec/syncPolicy/syncOptions';
}

/** Helm, Terraform, Flux and their like, by the field managers of the two lists. */
function linkToTool(owned: Owned): OwnerLink | null {
  for (const manager of owned.specManagers) {
    const tool = toolOf(manager);
    if (tool === null) continue;
    const declared = declaredBy(owned);
    const fate = (isDeclared: boolean): Fate => (isDeclared ? tool.fate : 'lasts');
    return {
      kind: tool.kind,
      namespace: owned.ref.namespace,
      name: manager.manager,
      ref: null,
      fact: null,
      rule: fate(declared.rules),
      option: fate(declared.options),
      how: `${tool.kind} (field manager ${manager.manager}) puts back what it declares at ${tool.when}`,
    };
  }
  return null;
}
