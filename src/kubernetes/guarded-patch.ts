/**
 * A patch in three acts: read, rehearse (dry run), commit. Argo CD writes the status of an Application into the same
 * object every few seconds of a fight, so another version alone stops nothing: if the spec still is what was read, the
 * rehearsal is held again on the new version, and only if it ends the same the patch is made. Anything else stops it.
 */
import type { ObjectRef } from '../model/facts.ts';
import { displayRef } from '../model/refs.ts';
import { FIELD_MANAGER } from '../remedy/applied-fixes.ts';
import type { ApplicableStep, LiveView } from '../remedy/attempt.ts';
import { toYaml } from '../remedy/yaml.ts';
import type { KubeClient, WritingClient } from './client.ts';
import { patchObject, readObject } from './patching.ts';
import { stableHash } from './projections/digest.ts';
import { projectLiveView } from './projections/live-view.ts';
import { fieldPath, ownersOf, readManagedFields } from './projections/managed-fields.ts';
import { type JsonObject, objectAt, pick } from './projections/read-json.ts';
import { redact } from './projections/redact.ts';

/** An object as it was read: what the guards ask, its spec as YAML without secrets, and what must not change meanwhile. */
export interface Reading {
  readonly view: LiveView;
  readonly spec: string;
  readonly intent: string;
}

/** What the patch would do. */
export interface Rehearsal {
  readonly reading: Reading;
  /** The spec as it would be, as YAML. */
  readonly spec: string;
  readonly intent: string;
}

export interface Committed {
  readonly from: string;
  /** resourceVersion after the patch. */
  readonly to: string;
}

/** One sentence: who changed what in between. */
export interface Stopped {
  readonly stopped: string;
}

/** Versions that may go by, with the spec as it was, before we give up. */
const ATTEMPTS = 4;

/** null when the object is not there. @throws KubeRequestError */
export async function readForChange(client: KubeClient, ref: ObjectRef, signal: AbortSignal): Promise<Reading | null> {
  const object = await readObject(client, ref, signal);
  return object === null ? null : readingOf(object, ref);
}

/** @throws KubeRequestError when the server would refuse the patch */
export async function rehearse(
  client: WritingClient,
  step: ApplicableStep,
  reading: Reading,
  signal: AbortSignal,
): Promise<Rehearsal | Stopped> {
  let current = reading;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const answer = await patch(client, step, current, true, signal);
    if (answer.outcome === 'patched') return { reading: current, ...describe(answer.object) };
    const next = follow(answer.object, current, step.target);
    if ('stopped' in next) return next;
    current = next;
  }
  return tooRestless(step.target);
}

/** @throws KubeRequestError when the server refuses the patch */
export async function commit(
  client: WritingClient,
  step: ApplicableStep,
  rehearsal: Rehearsal,
  signal: AbortSignal,
): Promise<Committed | Stopped> {
  let current = rehearsal.reading;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const answer = await patch(client, step, current, false, signal);
    if (answer.outcome === 'patched') {
      const { resourceVersion } = projectLiveView(answer.object, step.target);
      return { from: current.view.resourceVersion, to: resourceVersion };
    }
    const next = follow(answer.object, current, step.target);
    if ('stopped' in next) return next;
    const again = await rehearse(client, step, next, signal);
    if ('stopped' in again) return again;
    if (again.intent !== rehearsal.intent) {
      return { stopped: `the server would make something else of ${displayRef(step.target)} now: look again` };
    }
    current = again.reading;
  }
  return tooRestless(step.target);
}

function patch(client: WritingClient, step: ApplicableStep, reading: Reading, dryRun: boolean, signal: AbortSignal) {
  const { resourceVersion } = reading.view;
  return patchObject(client, step.target, step.patch, { dryRun, fieldManager: FIELD_MANAGER, resourceVersion, signal });
}

/** The new version, if it is the old one in all that matters. */
function follow(object: JsonObject | null, before: Reading, ref: ObjectRef): Reading | Stopped {
  if (object === null) return { stopped: `${displayRef(ref)} is not there any more` };
  const next = readingOf(object, ref);
  if (next.intent === before.intent && next.view.uid === before.view.uid) return next;
  const writer = lastWriterOfSpec(object);
  const by = writer === null ? '' : ` by ${writer}`;
  return { stopped: `${displayRef(ref)} was edited${by} in the meantime: look again` };
}

function readingOf(object: JsonObject, ref: ObjectRef): Reading {
  return { view: projectLiveView(object, ref), ...describe(object) };
}

function describe(object: JsonObject): { spec: string; intent: string } {
  const kept = ['ownerReferences', 'deletionTimestamp'].map((key) => pick(object, 'metadata', key) ?? null);
  return {
    spec: toYaml(objectAt(redact({ spec: pick(object, 'spec') ?? {} }), 'spec') ?? {}),
    intent: stableHash([pick(object, 'spec') ?? null, ...kept]),
  };
}

/** null where two wrote in the same second: managedFields knows no finer time. */
function lastWriterOfSpec(object: JsonObject): string | null {
  const owners = ownersOf(readManagedFields(object), fieldPath('spec'));
  const latest = Math.max(...owners.map((owner) => owner.time ?? 0));
  const [writer, ...others] = owners.filter((owner) => owner.time === latest);
  return writer === undefined || others.length > 0 ? null : writer.manager;
}

function tooRestless(ref: ObjectRef): Stopped {
  return { stopped: `${displayRef(ref)} changed its version ${ATTEMPTS} times while the patch was tried: try again` };
}
