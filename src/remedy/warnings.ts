/** Traps of the fix, only those that apply to this Application and this change. */
import type { ApplicationFact, IgnoreRule } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';
import type { Remedy } from '../model/verdicts.ts';
import { pointerCovers } from '../rules/pointer.ts';
import { RESPECT_OPTION, rulesOf } from '../rules/protection.ts';
import { mismatchesOf } from '../rules/scope.ts';
import { isInList } from './field-rule.ts';
import type { ProtectSteps } from './protect-steps.ts';
import { replaces } from './remove-from-git.ts';
import type { Situation } from './situation.ts';

export type Warning = Remedy['warnings'][number];

export function warningsOf(situation: Situation, app: ApplicationFact, protect: ProtectSteps): Warning[] {
  return [
    ...halfFix(protect),
    ...respectFreezesOthers(situation, app, protect),
    ...listsOfCustomKinds(situation, app, protect),
    ...indexedPointers(situation, protect),
    ...optionsDropRespect(protect),
    ...managersDiffer(situation, app),
    ...systemAll(situation, protect),
    ...mutationWebhook(app),
    ...templateReaches(situation, protect),
    ...setNeverUpdates(situation),
    ...replaceNeedsRespect(situation),
    ...hydrated(app),
  ];
}

function halfFix(protect: ProtectSteps): Warning[] {
  const { place } = protect;
  if (place.type !== 'patch' || !place.half) return [];
  return [
    {
      id: 'half-fix',
      message: `The live change alone is a half fix: ${place.by?.how ?? 'the owner undoes the rest'}, and without RespectIgnoreDifferences=true every deploy still resets the field.`,
    },
  ];
}

/** The option is app-wide (sync.go:421-489): what other rules merely hid is frozen from now on. */
function respectFreezesOthers(situation: Situation, app: ApplicationFact, protect: ProtectSteps): Warning[] {
  if (!protect.whole.addsOption) return [];
  const others = rulesOf(app, situation.context.model).filter(
    // A rule for every kind has a warning of its own.
    (rule) => freezesMore(rule, situation) && mayMatch(rule, app) && !(rule.level === 'system' && rule.kind === '*'),
  );
  if (others.length === 0) return [];
  const listed = others.map((rule) => `${rule.place} (${contentOf(rule)})`).join(', ');
  return [
    {
      id: 'respect-freezes-others',
      message: `RespectIgnoreDifferences=true counts for the whole Application: from now on no sync changes what these rules ignore, even where Git changes it: ${listed}.`,
    },
  ];
}

/** Kinds of which an Application's facts list every object; of others only those that differ. */
const LISTED_WHOLE = ['Deployment', 'StatefulSet', 'Rollout', 'DaemonSet', 'HorizontalPodAutoscaler', 'ScaledObject'];

/** False where the Application is known to have no object of the kind that the rule is about. */
function mayMatch(rule: IgnoreRule, app: ApplicationFact): boolean {
  if (!LISTED_WHOLE.includes(rule.kind)) return true;
  return app.resources.some(({ kind, name }) => kind === rule.kind && (rule.name === '' || rule.name === name));
}

/** Something beside the fields at stake, and beside status, which no sync writes anyway. */
function freezesMore(rule: IgnoreRule, situation: Situation): boolean {
  const isOurs = mismatchesOf(rule, situation.ref).length === 0;
  const pointers = rule.jsonPointers.filter(
    (pointer) => !pointerCovers('/status', pointer) && !(isOurs && situation.fields.includes(pointer)),
  );
  return pointers.length > 0 || rule.jqPathExpressions.length > 0 || rule.managedFieldsManagers.length > 0;
}

function contentOf(rule: IgnoreRule): string {
  const parts = [
    ...rule.jsonPointers,
    ...rule.jqPathExpressions,
    ...rule.managedFieldsManagers.map((name) => `all of ${name}`),
  ];
  return `${rule.kind}: ${parts.join(', ')}`;
}

/** Built-in kinds merge lists item by item, custom resources copy them whole (issues 9678, 17694, 23283, 26588). */
function listsOfCustomKinds(situation: Situation, app: ApplicationFact, protect: ProtectSteps): Warning[] {
  const fields = isBuiltIn(groupOf(situation.ref.apiVersion)) ? [] : situation.fields.filter(isInList);
  const rules = protect.whole.addsOption
    ? rulesOf(app, situation.context.model).filter(
        (rule) =>
          !isBuiltIn(rule.group) &&
          (rule.jqPathExpressions.some((text) => text.includes('[')) || rule.jsonPointers.some(isInList)),
      )
    : [];
  if (fields.length === 0 && rules.length === 0) return [];
  const named = [...fields, ...rules.map((rule) => rule.place)].join(', ');
  return [
    {
      id: 'lists-copied-whole',
      message: `For custom resources Argo CD keeps the whole live list when a rule ignores something inside it, so other changes of that list in Git no longer arrive: ${named}.`,
    },
  ];
}

function isBuiltIn(group: string): boolean {
  return /^(?:|apps|batch|autoscaling|policy|extensions|.*\.k8s\.io)$/.test(group);
}

function indexedPointers(situation: Situation, protect: ProtectSteps): Warning[] {
  const pointers = protect.whole.added.flatMap((rule) =>
    Array.isArray(rule['jsonPointers']) ? rule['jsonPointers'] : [],
  );
  const indexed = pointers.filter((one) => typeof one === 'string' && isInList(one));
  if (indexed.length === 0) return [];
  return [
    {
      id: 'list-index',
      message: `The rule names a list item by its position (${indexed.join(', ')}), because its name is not known: when the order of the list in ${situation.ref.kind} ${situation.ref.name} changes, it covers another item.`,
    },
  ];
}

/** server/application/application.go:2126-2134: options of a request replace those of the spec. */
function optionsDropRespect(protect: ProtectSteps): Warning[] {
  if (!protect.whole.syncOptions.includes(RESPECT_OPTION)) return [];
  return [
    {
      id: 'sync-options-drop-respect',
      message:
        "A manual sync with options of its own (argocd app sync --replace, --server-side or --apply-out-of-sync-only, or boxes ticked in the UI) replaces the list of options: that sync runs without RespectIgnoreDifferences=true and writes Git's value.",
    },
  ];
}

function managersDiffer(situation: Situation, app: ApplicationFact): Warning[] {
  const actual = new Set(situation.subjects.flatMap((subject) => subject.owners.map((owner) => owner.manager)));
  const named = rulesOf(app, situation.context.model).flatMap((rule) => rule.managedFieldsManagers);
  if (named.length === 0 || actual.size === 0 || [...actual].every((name) => named.includes(name))) return [];
  return [
    {
      id: 'managers-differ',
      message: `managedFieldsManagers must name the manager as this cluster writes it: the rules name ${[...new Set(named)].join(', ')}, the field is written by ${[...actual].join(', ')}.`,
    },
  ];
}

/** resource.customizations.ignoreDifferences.all becomes a rule for every kind; a kind inside is ignored (issue 18254). */
function systemAll(situation: Situation, protect: ProtectSteps): Warning[] {
  if (!protect.whole.addsOption) return [];
  const all = situation.context.model.systemRules().filter((rule) => rule.group === '*' && rule.kind === '*');
  if (all.length === 0) return [];
  return [
    {
      id: 'system-all-reaches-every-kind',
      message: `${all.map((rule) => rule.place).join(', ')} reaches every kind, whatever kind is written inside; with RespectIgnoreDifferences=true it freezes ${all.map(contentOf).join(', ')} in this Application.`,
    },
  ];
}

/** Seen by JiRaska/open-bank-oss issue 273: the difference is hidden, and self-heal fights on. */
function mutationWebhook(app: ApplicationFact): Warning[] {
  if (!app.compareOptions.includes('IncludeMutationWebhook=true')) return [];
  return [
    {
      id: 'include-mutation-webhook',
      message:
        'This Application compares with IncludeMutationWebhook=true: there a rule without RespectIgnoreDifferences=true hides the difference and self-heal may write on, so never set one without the other.',
    },
  ];
}

function templateReaches(situation: Situation, protect: ProtectSteps): Warning[] {
  const near = situation.owners[0];
  if (near?.fact?.fact !== 'applicationset' || protect.whole.patch.length === 0) return [];
  const { namespace, name } = near;
  const made = [...situation.context.model.applications.values()].filter(
    (app) => app.ref.namespace === namespace && app.applicationSet === name,
  ).length;
  return [
    {
      id: 'template-reaches-all',
      message: `The template of ApplicationSet ${namespace}/${name} makes every Application of the set (${made} in sight): the rule names one object, but ${protect.whole.addsOption ? `${RESPECT_OPTION} reaches` : 'the change reaches'} all of them; the others need rules of their own.`,
    },
  ];
}

function setNeverUpdates(situation: Situation): Warning[] {
  const near = situation.owners[0];
  if (near?.fact?.fact !== 'applicationset' || !/^create-(?:only|delete)$/.test(near.fact.applicationsSync)) return [];
  return [
    {
      id: 'template-reaches-new-only',
      message: `ApplicationSet ${near.namespace}/${near.name} is ${near.fact.applicationsSync}: its template changes no Application that exists, so both the live change and the template are needed.`,
    },
  ];
}

function replaceNeedsRespect(situation: Situation): Warning[] {
  if (!replaces(situation)) return [];
  return [
    {
      id: 'replace-resets',
      message:
        'The object is synced with Replace=true: without RespectIgnoreDifferences=true in force every sync sets what Git does not declare back to its default.',
    },
  ];
}

function hydrated(app: ApplicationFact): Warning[] {
  if (!app.hydrated) return [];
  return [
    {
      id: 'hydrated-source',
      message:
        'The Application syncs a hydrated branch: changes of the workload belong in the dry source, or the hydrator takes them away.',
    },
  ];
}
