/** The difference between two versions of one object, as writes with their writers. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { FieldOwner, Json, LensFact, Millis, WorkloadFact } from '../model/facts.ts';
import type { Write } from '../model/verdicts.ts';
import { pointerOf } from '../rules/pointer.ts';
import { identifyWriter } from './writers.ts';

export const REPLICAS = '/spec/replicas';
export const TEMPLATE = '/spec/template';
const TRACKING_ID = '/metadata/annotations/argocd.argoproj.io~1tracking-id';

/** A write that was made before we looked; `from` is undefined where nothing tells what stood there. */
export type StandingWrite = Omit<Write, 'from' | 'gap'> & { readonly from: Json | undefined };

/** At most this many leaves of one change are told apart; a rewritten object is one write of its root. */
const MOST_LEAVES = 64;

/** The write of spec.replicas between two versions, or null. A creation is no write. */
export function replicasWrite(
  previous: WorkloadFact,
  next: WorkloadFact,
  at: Millis,
  origin: 'list' | 'watch',
  model: ClusterModel,
): Write | null {
  if (previous.uid !== next.uid || previous.replicas === next.replicas) return null;
  return {
    at,
    ref: next.ref,
    uid: next.uid,
    field: REPLICAS,
    from: previous.replicas,
    to: next.replicas,
    writer: identifyWriter(
      {
        ref: next.ref,
        field: REPLICAS,
        to: next.replicas,
        tracking: next.tracking,
        owners: next.replicasOwners,
        application: applicationName(next, model),
      },
      model,
    ),
    gap: isGap(previous, next, origin),
  };
}

/** The Application whose mark the object carries; the mark itself where the Application is not to be seen. */
function applicationName(fact: WorkloadFact | LensFact, model: ClusterModel): string | null {
  return model.applicationOf(fact)?.ref.name ?? fact.tracking.annotation ?? fact.tracking.label;
}

/** A list shows the last of several versions: one generation apart nothing was missed, more than one something was. */
export function isGap(
  previous: { readonly generation: number },
  next: { readonly generation: number },
  origin: 'list' | 'watch',
): boolean {
  if (origin === 'watch') return false;
  return next.generation === 0 || next.generation - previous.generation !== 1;
}

/** Writes of every leaf that differs between two versions under the lens, in document order. */
export function leafWrites(
  previous: LensFact,
  next: LensFact,
  at: Millis,
  origin: 'list' | 'watch',
  model: ClusterModel,
): Write[] {
  if (previous.uid !== next.uid) return [];
  const gap = isGap(previous, next, origin) && next.generation !== previous.generation;
  const writes: Write[] = [];
  for (const pointer of changedPointers(previous, next)) {
    const write = explainLeaf(previous, next, pointer, at, gap, model);
    if (isSwept(write) && applicationName(previous, model) === applicationName(next, model)) continue;
    writes.push(write);
    if (writes.length >= MOST_LEAVES) break;
  }
  if (writes.length === 0 && marksDiffer(previous, next)) writes.push(explainMark(previous, next, at, gap, model));
  // The label that marks an Application's objects flips with whatever two of them fight over.
  const mark = pointerOf(['metadata', 'labels', model.trackingSettings().instanceLabelKey]);
  const others = writes.filter((write) => write.field !== mark);
  return others.length > 0 ? others : writes;
}

/**
 * Argo CD takes an annotation or label away. Its comparison never misses what Git does not declare there (a three-way diff
 * merges maps by key), so this is no heal but the by-product of a sync with Replace=true, whose cause is another field.
 */
function isSwept({ field, to, writer }: Write): boolean {
  return to === null && writer.kind === 'argocd' && /^\/metadata\/(annotations|labels)\//.test(field);
}

/** Two Applications that declare the same of one object still take its mark from each other. */
function marksDiffer(previous: LensFact, next: LensFact): boolean {
  const [before, after] = [previous.tracking.annotation, next.tracking.annotation];
  return before !== null && after !== null && before !== after;
}

function explainMark(previous: LensFact, next: LensFact, at: Millis, gap: boolean, model: ClusterModel): Write {
  const manager = next.tracking.managers[0] ?? null;
  const source = `managedFields ${manager ?? ''} owns the tracking-id`;
  return {
    at,
    ref: next.ref,
    uid: next.uid,
    field: TRACKING_ID,
    from: previous.tracking.annotation,
    to: next.tracking.annotation,
    writer: { kind: 'argocd', manager, name: applicationName(next, model), source },
    gap,
  };
}

/**
 * What already differs from Git when the lens opens: somebody wrote it before we looked. `at` is when the object was
 * last seen to change.
 */
export function standingDrift(
  lens: LensFact,
  suspect: string | null,
  at: Millis,
  model: ClusterModel,
): StandingWrite[] {
  if (lens.declared === null) return suspect === null ? [] : leavesOf(suspect, lens, at, model);
  const drift: StandingWrite[] = [];
  for (const [pointer, declared] of lens.declared) {
    const live = lens.leaves.get(pointer);
    if (live === undefined || Object.is(live, declared)) continue;
    const owners = lens.owners.get(pointer) ?? [];
    if (owners.length === 0 || owners.some((owner) => lens.tracking.managers.includes(owner.manager))) continue;
    drift.push({
      at,
      ref: lens.ref,
      uid: lens.uid,
      field: pointer,
      from: declared,
      to: live,
      writer: identifyWriter(subject(lens, pointer, owners, model), model),
    });
    if (drift.length >= MOST_LEAVES) break;
  }
  return drift;
}

/** Under server-side apply nothing shows Git's value; what the suspect owns is what it wrote. */
function leavesOf(suspect: string, lens: LensFact, at: Millis, model: ClusterModel): StandingWrite[] {
  const drift: StandingWrite[] = [];
  for (const [pointer, owners] of lens.owners) {
    if (owners.length !== 1 || owners[0]?.manager !== suspect || !lens.leaves.has(pointer)) continue;
    const to = lens.leaves.get(pointer) ?? null;
    const writer = identifyWriter(subject(lens, pointer, owners, model), model);
    drift.push({ at, ref: lens.ref, uid: lens.uid, field: pointer, from: undefined, to, writer });
    if (drift.length >= MOST_LEAVES) break;
  }
  return drift;
}

function* changedPointers(previous: LensFact, next: LensFact): Iterable<string> {
  for (const [pointer, value] of next.leaves) {
    if (!Object.is(previous.leaves.get(pointer), value) && !equalEmpties(previous.leaves.get(pointer), value))
      yield pointer;
  }
  for (const pointer of previous.leaves.keys()) if (!next.leaves.has(pointer)) yield pointer;
}

/** Leaves are scalars, or an empty list or map, which are equal by kind and not by identity. */
function equalEmpties(a: unknown, b: unknown): boolean {
  return (
    typeof a === 'object' && a !== null && typeof b === 'object' && b !== null && Array.isArray(a) === Array.isArray(b)
  );
}

function explainLeaf(
  previous: LensFact,
  next: LensFact,
  pointer: string,
  at: Millis,
  gap: boolean,
  model: ClusterModel,
): Write {
  const owners = next.owners.get(pointer) ?? ownersOfRemoval(previous, next);
  return {
    at,
    ref: next.ref,
    uid: next.uid,
    field: pointer,
    from: previous.leaves.get(pointer) ?? null,
    to: next.leaves.get(pointer) ?? null,
    writer: identifyWriter(subject(next, pointer, owners, model), model),
    gap,
  };
}

/** A removed leaf has no owner: who removed it is the manager whose entry is newer than in the version before. */
function ownersOfRemoval(previous: LensFact, next: LensFact): FieldOwner[] {
  return newerEntries(previous, next).filter((entry) => entry.subresource !== 'status');
}

/** The managers that wrote between two versions, as far as whole seconds tell: entries that are new or have another time. */
export function newerEntries(
  previous: { readonly managers: readonly FieldOwner[] },
  next: { readonly managers: readonly FieldOwner[] },
): FieldOwner[] {
  const times = new Map(previous.managers.map((entry) => [entryKey(entry), entry.time]));
  return next.managers.filter((entry) => entry.time !== null && times.get(entryKey(entry)) !== entry.time);
}

function entryKey(entry: FieldOwner): string {
  return `${entry.manager}/${entry.operation}/${entry.subresource}`;
}

function subject(lens: LensFact, pointer: string, owners: readonly FieldOwner[], model: ClusterModel) {
  return {
    ref: lens.ref,
    field: pointer,
    to: lens.leaves.get(pointer) ?? null,
    tracking: lens.tracking,
    owners,
    application: applicationName(lens, model),
  };
}
