/**
 * Why one object is OutOfSync, read off the object itself: which leaves differ from what the last sync sent, and who
 * owns them now. Sorted as people sort drift by hand: a scale, an image, a key of a ConfigMap, an annotation, a
 * controller that writes too, or a difference that nobody wrote.
 */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, FieldOwner, Json, LensFact, ObjectRef } from '../model/facts.ts';
import { sameValue } from '../model/same-value.ts';
import type { DriftCategory, Writer } from '../model/verdicts.ts';
import { protectionOf, type RulesContext } from '../rules/protection.ts';
import { identifyWriter } from './writers.ts';
import { REPLICAS } from './writes.ts';

/** One leaf that is not as Git has it. */
export interface DriftedField {
  /** JSON pointer. */
  readonly field: string;
  /** What the last sync sent; undefined where nothing tells, as under server-side apply. */
  readonly declared: Json | undefined;
  /** undefined: the leaf is gone. */
  readonly live: Json | undefined;
}

/** All leaves of one object that differ for one reason. */
export interface DriftFinding {
  readonly category: DriftCategory;
  /** The field manager that wrote them; null where nobody did. */
  readonly manager: string | null;
  readonly fields: readonly DriftedField[];
  /** Leaves the same hand added beside Git: a sync does not take them away (client-side apply). */
  readonly added: readonly string[];
  /** A list holds the same items in another order, and that is all. */
  readonly reordered: boolean;
}

interface Difference extends DriftedField {
  readonly writer: Writer;
}

const IMAGE = /\/(containers|initContainers|ephemeralContainers)\/\d+\/image$/;
/** Written by `kubectl rollout restart`, which is a restart and no drift. */
const RESTARTED_AT = '/kubectl.kubernetes.io~1restartedAt';

/** The category of an edit by hand, by the place it was made in. */
export function categoryOfEdit(ref: ObjectRef, field: string): DriftCategory {
  if (field === REPLICAS) return 'manual-scale';
  if (IMAGE.test(field)) return 'image-by-hand';
  if ((ref.kind === 'ConfigMap' || ref.kind === 'Secret') && /^\/(data|binaryData)(\/|$)/.test(field))
    return 'config-hotfix';
  if (/^\/metadata\/(annotations|labels)(\/|$)/.test(field)) return 'annotation-noise';
  return 'manual-edit';
}

/** The category where the kind alone tells it: of these two people change nothing but keys. */
export function onlyCategoryOf({ apiVersion, kind }: ObjectRef): { readonly category?: DriftCategory } {
  return apiVersion === 'v1' && (kind === 'ConfigMap' || kind === 'Secret') ? { category: 'config-hotfix' } : {};
}

/**
 * What explains that `lens` is OutOfSync in `app`, the most telling first; empty where nothing does. `settled`: the last
 * operation applied the revision that is compared with, so that an undeployed commit is not the reason.
 */
export function driftFindings(
  lens: LensFact,
  app: ApplicationFact,
  settled: boolean,
  context: RulesContext,
): DriftFinding[] {
  const differences = differencesOf(lens, app, context);
  const groups = new Map<string, Difference[]>();
  for (const difference of differences) {
    const category = categoryOf(lens.ref, difference);
    if (category === null) continue;
    const key = `${category}\n${difference.writer.manager ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), difference]);
  }
  const findings = [...groups.entries()].map(([key, fields]): DriftFinding => {
    const manager = fields[0]?.writer.manager ?? null;
    const category = key.slice(0, key.indexOf('\n')) as DriftCategory;
    const byHand = fields[0]?.writer.kind === 'human' && lens.declared !== null;
    return {
      category,
      manager,
      fields,
      added: byHand ? additionsOf(lens, category, context.model) : [],
      reordered: false,
    };
  });
  if (findings.length > 0) return findings.sort((a, b) => ORDER.indexOf(a.category) - ORDER.indexOf(b.category));
  return settled && isArgosOwn(lens, context.model) && differences.every(({ writer }) => writer.kind === 'argocd')
    ? [serverNoise(differences)]
    : [];
}

const ORDER: readonly DriftCategory[] = [
  'manual-scale',
  'image-by-hand',
  'config-hotfix',
  'manual-edit',
  'controller-edit',
  'annotation-noise',
];

/** null: no drift of its own. What an autoscaler wrote is the audit's word (TW101, TW104); the server's is asked last. */
function categoryOf(ref: ObjectRef, { field, live, writer }: Difference): DriftCategory | null {
  switch (writer.kind) {
    case 'human':
      return categoryOfEdit(ref, field);
    case 'controller':
    case 'rollouts':
      return 'controller-edit';
    case 'unknown':
      // A scale to 0 through /scale leaves no owner, and an autoscaler would have been named.
      return field === REPLICAS && live === 0 ? 'manual-scale' : null;
    default:
      return null;
  }
}

function differencesOf(lens: LensFact, app: ApplicationFact, context: RulesContext): Difference[] {
  const { model } = context;
  const changed = lens.declared === null ? [] : changedOf(lens, lens.declared);
  const found = changed.length > 0 ? changed : ownedByHand(lens, model);
  return found
    .map((difference) => ({ ...difference, owners: ownersOf(lens, difference, model) }))
    .filter(({ field, live, owners }) => {
      const subject = { ref: lens.ref, field, owners, value: live ?? null, leaves: lens.leaves };
      return !protectionOf(app, subject, context).inDiff;
    })
    .map(({ owners, ...difference }) => ({ ...difference, writer: writerOf(lens, difference, owners, model) }));
}

function changedOf(lens: LensFact, declared: ReadonlyMap<string, Json>): DriftedField[] {
  const changed: DriftedField[] = [];
  for (const [field, value] of declared) {
    // The server turns stringData into data and shows it no more.
    if (lens.ref.kind === 'Secret' && field.startsWith('/stringData')) continue;
    const live = lens.leaves.get(field);
    if (live === undefined || !sameValue(live, value)) changed.push({ field, declared: value, live });
  }
  return changed;
}

/**
 * What a person wrote after Argo CD's last apply. Under server-side apply nothing shows Git's value, so there only what
 * nobody else owns; under client-side apply Argo CD's entry may still claim the whole map that a key was added to.
 */
function ownedByHand(lens: LensFact, model: ClusterModel): DriftedField[] {
  const applied = newestTime(lens.managers.filter((entry) => isArgos(lens, entry, model)));
  const found: DriftedField[] = [];
  for (const [field, owners] of lens.owners) {
    if (field.endsWith(RESTARTED_AT) || (lens.declared === null && owners.length !== 1)) continue;
    const live = lens.leaves.get(field);
    const writer = writerOf(lens, { field, live }, owners, model);
    const time = owners.find(({ manager }) => manager === writer.manager)?.time ?? null;
    if (writer.kind !== 'human' || (time !== null && applied !== null && time < applied)) continue;
    found.push({ field, declared: undefined, live });
  }
  return found;
}

/** Who removed a leaf owns nothing of it: the newest entry of the object tells. */
function ownersOf(lens: LensFact, { field, live }: DriftedField, model: ClusterModel): readonly FieldOwner[] {
  if (live !== undefined) return lens.owners.get(field) ?? [];
  const newest = newestEntry(lens, model);
  return newest === undefined ? [] : [newest];
}

function writerOf(
  lens: LensFact,
  { field, live }: Pick<DriftedField, 'field' | 'live'>,
  owners: readonly FieldOwner[],
  model: ClusterModel,
): Writer {
  const { ref, tracking } = lens;
  return identifyWriter({ ref, field, to: live ?? null, tracking, owners, application: null }, model);
}

function additionsOf(lens: LensFact, category: DriftCategory, model: ClusterModel): string[] {
  return ownedByHand(lens, model)
    .map(({ field }) => field)
    .filter((field) => lens.declared?.has(field) !== true && categoryOfEdit(lens.ref, field) === category);
}

/** The last who wrote anything but status was Argo CD: nobody touched the object after the sync. */
function isArgosOwn(lens: LensFact, model: ClusterModel): boolean {
  const newest = newestEntry(lens, model);
  return newest !== undefined && isArgos(lens, newest, model);
}

function serverNoise(differences: readonly DriftedField[]): DriftFinding {
  const reordered = differences.length > 0 && [...listsOf(differences)].every(isReordered);
  return { category: 'server-noise', manager: null, fields: differences, added: [], reordered };
}

/** Differing leaves by the list they are in; those in none are a list of their own and never only reordered. */
function listsOf(differences: readonly DriftedField[]): IterableIterator<readonly DriftedField[]> {
  const lists = new Map<string, DriftedField[]>();
  for (const difference of differences) {
    const list = /^(.*?)\/\d+(\/|$)/.exec(difference.field)?.[1] ?? difference.field;
    lists.set(list, [...(lists.get(list) ?? []), difference]);
  }
  return lists.values();
}

function isReordered(list: readonly DriftedField[]): boolean {
  const texts = (pick: (one: DriftedField) => Json | undefined) => list.map((one) => JSON.stringify(pick(one))).sort();
  return list.length > 1 && texts((one) => one.declared).join() === texts((one) => one.live).join();
}

function newestEntry(lens: LensFact, model: ClusterModel): FieldOwner | undefined {
  const own = lens.managers.filter((entry) => entry.subresource !== 'status');
  const newest = newestTime(own);
  return own
    .filter((entry) => entry.time === newest)
    .sort((a, b) => Number(isArgos(lens, a, model)) - Number(isArgos(lens, b, model)))[0];
}

function newestTime(entries: readonly FieldOwner[]): number | null {
  return entries.reduce<number | null>(
    (newest, { time }) => (time === null ? newest : Math.max(newest ?? time, time)),
    null,
  );
}

function isArgos(lens: LensFact, entry: FieldOwner, model: ClusterModel): boolean {
  return writerOf(lens, { field: '', live: null }, [entry], model).kind === 'argocd';
}
