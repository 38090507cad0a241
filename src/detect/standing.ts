/** What a freshly started daemon can tell of a fight that is under way, from what the cluster still shows. */
import type { ClusterModel, Scaler } from '../model/cluster-model.ts';
import type { ApplicationFact, Millis, WorkloadFact } from '../model/facts.ts';
import { keyOfTarget } from '../model/refs.ts';
import type { Write, Writer } from '../model/verdicts.ts';
import { protectionOf, type RulesContext } from '../rules/protection.ts';
import type { HealEvents } from './heal-events.ts';
import { covers, healKind } from './heals.ts';
import type { Ledger } from './ledger.ts';
import type { ConflictRecord } from './record.ts';
import { type FieldTrack, newTrack, seedTrack } from './tracks.ts';
import { identifyWriter } from './writers.ts';
import { REPLICAS, replicasWrite, type StandingWrite } from './writes.ts';

/** Self-heals of one revision in a row that no accident makes (autoHealAttemptsCount; by hand people take 3 and more). */
const TELLING_ATTEMPTS = 3;

/** The last write of spec.replicas as the cluster still shows it: who owns the value now. What it was before is not known. */
export function standingWrite(workload: WorkloadFact, at: Millis, model: ClusterModel): Write {
  const track = newTrack(workload.ref, workload.uid, REPLICAS);
  openStanding(track, workload, at, model);
  const [block] = track.blocks;
  const writer = block?.writer ?? { kind: 'unknown', manager: null, name: null, source: 'nothing shows it' };
  return {
    at: block?.startedAt ?? at,
    ref: workload.ref,
    uid: workload.uid,
    field: REPLICAS,
    from: block?.from ?? null,
    to: workload.replicas,
    writer,
    gap: false,
  };
}

/** Seeds the track of spec.replicas with the writer of the value that stood before the first write we saw. */
export function openStanding(track: FieldTrack, previous: WorkloadFact, at: Millis, model: ClusterModel): void {
  const writer = identifyWriter(
    {
      ref: previous.ref,
      field: REPLICAS,
      to: previous.replicas,
      tracking: previous.tracking,
      owners: previous.replicasOwners,
      application: model.applicationOf(previous)?.ref.name ?? null,
    },
    model,
  );
  const declared = previous.declared.value;
  const from = declared !== null && declared !== previous.replicas ? declared : undefined;
  // The cluster's clock may be ahead of ours.
  seedTrack(track, writer, from, previous.replicas, Math.min(standingSince(previous, writer, model) ?? at, at));
}

/** An object that is deleted and made anew has been written, too: Force with Replace does so at every sync. */
export function recreation(before: WorkloadFact, next: WorkloadFact, at: Millis, model: ClusterModel): Write | null {
  return replicasWrite({ ...before, uid: next.uid }, next, at, 'watch', model);
}

/** Seeds the track of a leaf with what somebody wrote before the lens was opened. */
export function seedStanding(track: FieldTrack, standing: StandingWrite): void {
  seedTrack(track, standing.writer, standing.from, standing.to, standing.at);
  // The write itself is evidence: its value before is Git's, where Git's is known.
  track.writes.push({ ...standing, from: standing.from ?? null, gap: false });
}

/**
 * The write that a restored track missed: the value is another one now. How many writes lie between is not known, so it
 * is a gap.
 */
export function missedWrite(
  track: FieldTrack | undefined,
  next: WorkloadFact,
  at: Millis,
  model: ClusterModel,
): Write | null {
  const last = track?.blocks.at(-1);
  if (track === undefined || last === undefined || track.uid !== next.uid || last.to === next.replicas) return null;
  const fact = { ...next, replicas: last.to as number | null };
  const write = replicasWrite(fact, next, at, 'watch', model);
  return write === null ? null : { ...write, gap: true };
}

/** When the standing value was written, as far as the cluster still shows: /scale entries carry no time, the HPA does. */
function standingSince(previous: WorkloadFact, writer: Writer, model: ClusterModel): Millis | null {
  const signed = previous.replicasOwners.find((owner) => owner.manager === writer.manager)?.time ?? null;
  if (signed !== null) return signed;
  for (const scaler of model.scalersOf(previous.ref)) {
    if (scaler.fact === 'hpa' && scaler.ref.name === writer.name) return scaler.lastScaleTime;
  }
  return null;
}

/** What still shows of self-heals that were over before we looked. */
interface Trace {
  readonly heals: number;
  readonly firstAt: Millis;
  readonly lastAt: Millis;
  readonly source: string;
}

/** What was under way before we looked, of every workload with a scaler (suspectFromTraces). */
export function* suspicionsFromTraces(
  context: RulesContext,
  events: HealEvents,
  ledger: Ledger,
  at: Millis,
): Generator<ConflictRecord> {
  const { model } = context;
  for (const scaler of [...model.hpas.values(), ...model.scaledObjects.values()]) {
    const workload = model.workloads.get(keyOfTarget(scaler.target, scaler.ref));
    if (workload === undefined) continue;
    const suspicion = suspectFromTraces(workload, model.applicationOf(workload), context, events, ledger, at);
    if (suspicion !== null) yield suspicion;
  }
}

/**
 * A workload with a scaler on it and nothing that protects it, whose Application has healed again and again before we
 * looked: a fight that is under way. Suspected, with little history; the first revert we see confirms it.
 */
function suspectFromTraces(
  workload: WorkloadFact,
  app: ApplicationFact | undefined,
  context: RulesContext,
  events: HealEvents,
  ledger: Ledger,
  at: Millis,
): ConflictRecord | null {
  if (app === undefined || !app.automated.enabled || !app.automated.selfHeal) return null;
  const scaler = context.model.scalersOf(workload.ref)[0];
  if (scaler === undefined || workload.declared.value === null) return null;
  const trace = traceOfCounter(app, workload) ?? traceOfEvents(app, scaler, events, at);
  if (trace === null) return null;
  const subject = { ref: workload.ref, field: REPLICAS, owners: workload.replicasOwners, value: workload.replicas };
  if (protectionOf(app, subject, context).inDiff) return null;
  const { source } = trace;
  const argocd: Writer = { kind: 'argocd', manager: workload.tracking.managers[0] ?? null, name: app.ref.name, source };
  const other: Writer =
    scaler.fact === 'hpa' && scaler.scaledObject === null
      ? { kind: 'hpa', manager: scaler.statusManagers[0] ?? null, name: scaler.ref.name, source }
      : { kind: 'keda', manager: null, name: scaler.fact === 'hpa' ? scaler.scaledObject : scaler.ref.name, source };
  const { record, fresh } = ledger.obtain({
    ref: workload.ref,
    field: REPLICAS,
    writers: [other, argocd],
    application: { namespace: app.ref.namespace, name: app.ref.name },
    startedAt: Math.min(trace.firstAt, at),
  });
  if (!fresh) return null;
  record.insufficientHistory = true;
  record.byDrift = true;
  record.reversals = trace.heals;
  record.lastReversalAt = Math.min(trace.lastAt, at);
  record.fields.set(REPLICAS, trace.heals);
  record.impact.countedTo = at;
  return record;
}

/** The counter of the last operation, where that healed just this object. A new revision sets it back. */
function traceOfCounter(app: ApplicationFact, workload: WorkloadFact): Trace | null {
  const { operation } = app;
  if (operation === null || healKind(operation) !== 'self-heal' || operation.attempts < TELLING_ATTEMPTS) return null;
  const named = { ...EMPTY_HEAL, application: app.ref, applicationUid: app.uid, resources: operation.resources };
  if (!covers(named, workload.ref)) return null;
  return {
    heals: operation.attempts,
    firstAt: operation.startedAt,
    lastAt: operation.startedAt,
    source: `status.operationState: self-heal number ${operation.attempts} names it`,
  };
}

/** Events of both sides, where commits keep setting the counter back: partial syncs here, rescales there. */
function traceOfEvents(app: ApplicationFact, scaler: Scaler, events: HealEvents, now: Millis): Trace | null {
  const heals = events.about(app.ref, now);
  const rescales = events.about(scaler.ref, now);
  if (heals === null || rescales === null || Math.min(heals.count, rescales.count) < TELLING_ATTEMPTS) return null;
  return {
    heals: heals.count,
    firstAt: heals.firstAt,
    lastAt: heals.lastAt,
    source: `Events: ${heals.count} partial syncs of the Application, ${rescales.count} rescales`,
  };
}

const EMPTY_HEAL = {
  kind: 'self-heal' as const,
  startedAt: 0,
  seenAt: 0,
  finishedAt: null,
  endSeenAt: null,
  phase: '',
  attempts: 0,
  revision: '',
  newRevision: false,
  message: '',
};
