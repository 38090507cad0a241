/** The book of conflicts: opens records, counts reversals, moves states and tells of each move once. */
import type { Millis, ObjectRef } from '../model/facts.ts';
import type { Observation } from '../model/observations.ts';
import { keyOf } from '../model/refs.ts';
import type { Conflict, ConflictState, Heal, Resolution, Write, Writer } from '../model/verdicts.ts';
import { noteHeal } from './course.ts';
import { covers } from './heals.ts';
import { settleShortfall } from './impact.ts';
import { assertTransition } from './lifecycle.ts';
import { addEvidence, type ConflictRecord, countReversal, newRecord, recordId } from './record.ts';
import { addReversal, CONFIRM_AT, SUSPECT_AT, scoreAt } from './score.ts';
import type { Reversal } from './tracks.ts';
import { REPLICAS, TEMPLATE } from './writes.ts';

/** Resolved conflicts remembered; the longest resolved goes first. */
const MOST_RESOLVED = 200;
/** Pairs of contenders over one object that have not come to a conflict; field managers can be named at will. */
const MOST_CANDIDATES = 32;
/** A single reversal is forgotten when its score has faded to this. */
const CANDIDATE_FLOOR = 0.1;

export class Ledger {
  readonly #view: (record: ConflictRecord, now: Millis) => Conflict;
  readonly #emit: (observation: Observation) => void;
  readonly #touch: (record: ConflictRecord) => void;
  readonly #records = new Map<string, ConflictRecord>();
  readonly #byObject = new Map<string, Set<ConflictRecord>>();
  /** By the names of the Applications that have to do with it: neither its home nor its contenders' names ever change. */
  readonly #byApplication = new Map<string, Set<ConflictRecord>>();
  /** Candidates that gave way to others over the same object. */
  dropped = 0;

  /**
   * `touch` is told of each record that is handed out to be written, may be shown otherwise from now on, or is dropped.
   * What only reads without being told of it is `all`.
   */
  constructor(
    view: (record: ConflictRecord, now: Millis) => Conflict,
    emit: (observation: Observation) => void,
    touch: (record: ConflictRecord) => void = () => {},
  ) {
    this.#view = view;
    this.#emit = emit;
    this.#touch = touch;
  }

  /** Its object, or what scales that, is another one now. */
  touchObject(key: string): void {
    for (const record of this.#byObject.get(key) ?? []) this.#touch(record);
  }

  /** An Application that has to do with them is another one now. */
  touchApplication(name: string): void {
    for (const record of this.#byApplication.get(name) ?? []) this.#touch(record);
  }

  /** A word on it has changed. */
  touch(record: ConflictRecord): void {
    this.#touch(record);
  }

  all(): Iterable<ConflictRecord> {
    return this.#records.values();
  }

  /** Suspected or confirmed now. */
  open(): ConflictRecord[] {
    return [...this.#records.values()].filter(isOpen);
  }

  /** Of these, those that the Application is the home of. */
  openOf(application: { readonly namespace: string; readonly name: string }): ConflictRecord[] {
    const records = this.#byApplication.get(application.name);
    if (records === undefined) return [];
    return [...records].filter((record) => isOpen(record) && isHome(record, application));
  }

  byId(id: string): ConflictRecord | undefined {
    const record = this.#records.get(id);
    if (record !== undefined) this.#touch(record);
    return record;
  }

  /** Those that are not over, single reversals included. */
  unresolvedOf(ref: ObjectRef): ConflictRecord[] {
    const records = this.#byObject.get(keyOf(ref));
    if (records === undefined) return [];
    const unresolved = [...records].filter((record) => record.state !== 'resolved');
    for (const record of unresolved) this.#touch(record);
    return unresolved;
  }

  find(ref: ObjectRef, field: string, writers: readonly [Writer, Writer]): ConflictRecord | undefined {
    return this.byId(recordId(ref, fieldClassOf(field), writers));
  }

  /** The record of these two over this field, opened if need be. */
  obtain(input: {
    ref: ObjectRef;
    field: string;
    writers: readonly [Writer, Writer];
    application: { namespace: string; name: string } | null;
    startedAt: Millis;
  }): { readonly record: ConflictRecord; readonly fresh: boolean } {
    const known = this.find(input.ref, input.field, input.writers);
    if (known !== undefined) return { record: known, fresh: false };
    const record = newRecord({
      kind: kindOf(input.field, input.writers),
      ref: input.ref,
      fieldClass: fieldClassOf(input.field),
      application: input.application,
      writers: input.writers,
      startedAt: input.startedAt,
    });
    this.#makeRoom(input.ref);
    this.restore(record);
    return { record, fresh: true };
  }

  restore(record: ConflictRecord): void {
    this.#records.set(record.id, record);
    addTo(this.#byObject, keyOf(record.ref), record);
    for (const name of applicationsOf(record)) addTo(this.#byApplication, name, record);
  }

  /** One more reversal that belongs to a loop. Fields undone by the same write count once. */
  addReversal(record: ConflictRecord, reversal: Reversal): void {
    this.#touch(record);
    if (!countReversal(record, reversal.at, reversal.write.field)) return;
    record.score = addReversal(record.score, reversal.at);
  }

  /** A write of one of the contenders to the contested field. */
  witness(write: Write): void {
    for (const record of this.unresolvedOf(write.ref)) {
      if (record.fieldClass !== fieldClassOf(write.field)) continue;
      addEvidence(record, write);
    }
  }

  /** An operation of Argo CD on what is contested began or ended. */
  healed(heal: Heal): void {
    for (const record of this.#byApplication.get(heal.application.name) ?? []) {
      if (record.state === 'resolved' || !covers(heal, record.ref) || !isOf(record, heal)) continue;
      noteHeal(record.course, heal);
      this.#touch(record);
    }
  }

  /** Moves on by score alone, as it was at the last reversal: it may have waited for its operation. */
  weigh(record: ConflictRecord, now: Millis): void {
    const score = record.score.value;
    if (score >= CONFIRM_AT) this.confirm(record, now);
    else if (score >= SUSPECT_AT && (record.state === 'candidate' || record.state === 'resolved'))
      this.#move(record, 'suspected', now);
  }

  /** Suspected from what the cluster still shows, before any write was seen. */
  suspect(record: ConflictRecord, now: Millis): void {
    if (record.state === 'candidate') this.#move(record, 'suspected', now);
  }

  confirm(record: ConflictRecord, now: Millis): void {
    if (record.state === 'confirmed') return;
    record.detectedAt ??= now;
    this.#move(record, 'confirmed', now);
  }

  resolve(record: ConflictRecord, resolution: Resolution, now: Millis): void {
    settleShortfall(record.impact, now);
    record.impact.shortNow = 0;
    record.settling = null;
    record.proven = false;
    record.score = { value: 0, at: now };
    record.resolution = resolution;
    record.resolvedAt = now;
    this.#move(record, 'resolved', now);
  }

  /** Drops what led to nothing and the oldest of what is over. */
  prune(now: Millis): void {
    const resolved: ConflictRecord[] = [];
    for (const record of this.#records.values()) {
      if (record.state === 'candidate' && scoreAt(record.score, now) < CANDIDATE_FLOOR) this.#drop(record);
      else if (record.state === 'resolved') resolved.push(record);
    }
    resolved.sort((a, b) => (a.resolvedAt ?? 0) - (b.resolvedAt ?? 0));
    for (const record of resolved.slice(0, Math.max(0, resolved.length - MOST_RESOLVED))) this.#drop(record);
  }

  /** The weakest candidate over the object gives way where there are too many. */
  #makeRoom(ref: ObjectRef): void {
    const candidates = [...(this.#byObject.get(keyOf(ref)) ?? [])].filter(({ state }) => state === 'candidate');
    if (candidates.length < MOST_CANDIDATES) return;
    const [weakest] = candidates.sort((a, b) => a.lastReversalAt - b.lastReversalAt);
    if (weakest === undefined) return;
    this.#drop(weakest);
    this.dropped += 1;
  }

  #move(record: ConflictRecord, to: ConflictState, now: Millis): void {
    const from = record.state === 'candidate' ? null : record.state;
    assertTransition(from, to);
    record.state = to;
    if (to !== 'resolved') {
      record.resolvedAt = null;
      record.resolution = null;
      record.impact.countedTo = Math.max(record.impact.countedTo, record.lastReversalAt);
    }
    this.#touch(record);
    this.#emit({
      type: 'transition',
      transition: { at: now, from, to, conflict: this.#view(record, now) },
    });
  }

  #drop(record: ConflictRecord): void {
    this.#touch(record);
    this.#records.delete(record.id);
    removeFrom(this.#byObject, keyOf(record.ref), record);
    for (const name of applicationsOf(record)) removeFrom(this.#byApplication, name, record);
  }
}

function addTo(index: Map<string, Set<ConflictRecord>>, key: string, record: ConflictRecord): void {
  const records = index.get(key);
  if (records === undefined) index.set(key, new Set([record]));
  else records.add(record);
}

function removeFrom(index: Map<string, Set<ConflictRecord>>, key: string, record: ConflictRecord): void {
  const records = index.get(key);
  records?.delete(record);
  if (records?.size === 0) index.delete(key);
}

function isOpen({ state }: ConflictRecord): boolean {
  return state === 'suspected' || state === 'confirmed';
}

function isHome({ application }: ConflictRecord, of: { readonly namespace: string; readonly name: string }): boolean {
  return application?.name === of.name && application.namespace === of.namespace;
}

/** Names of its home and of the Applications that contend. */
function applicationsOf({ application, contenders }: ConflictRecord): Set<string> {
  const names = new Set(application === null ? [] : [application.name]);
  for (const { writer } of contenders) if (writer.kind === 'argocd' && writer.name !== null) names.add(writer.name);
  return names;
}

/**
 * Fields of one part of an object are one fight: the pod template takes turns as a whole, and so do the keys of a
 * ConfigMap or the webhooks of a configuration that one writer sets.
 */
export function fieldClassOf(field: string): string {
  const [, first = '', second] = field.split('/');
  const shallow = second === undefined || (first !== 'spec' && first !== 'metadata');
  return field === '' ? '' : shallow ? `/${first}` : `/${first}/${second}`;
}

/** Of two Applications on one object, the one that is no home of the conflict heals it, too. */
function isOf(record: ConflictRecord, { application }: Heal): boolean {
  if (isHome(record, application)) return true;
  return record.contenders.some(({ writer }) => writer.kind === 'argocd' && writer.name === application.name);
}

function kindOf(field: string, writers: readonly [Writer, Writer]): ConflictRecord['kind'] {
  if (writers.every((writer) => writer.kind === 'argocd')) return 'shared-object';
  if (field === REPLICAS) return 'replicas';
  return fieldClassOf(field) === TEMPLATE ? 'template' : 'field';
}
