/**
 * A self-heal loop on an object in which nobody is seen to write: Argo CD applies, nothing changes, and the difference
 * stands. The API server itself takes the value back (a defaulted or pruned field), or the object is not to be seen.
 */
import type { LensFact, Millis } from '../model/facts.ts';
import { sameValue } from '../model/same-value.ts';
import type { Heal, Writer } from '../model/verdicts.ts';
import type { HealedObject } from './healed-objects.ts';
import { displayWriter } from './identity.ts';
import type { Ledger } from './ledger.ts';
import { addRow, addValue, type ConflictRecord, countReversal } from './record.ts';
import { addReversal, scoreAt } from './score.ts';

/** One round more than a fight with a seen writer: the lens needs it to name the field. */
const LOOP_AT = 3.2;
const SERVER = 'kube-apiserver';

/** True for the conflict of such a loop: only heals feed it. */
export function isUnseen(record: ConflictRecord): boolean {
  return record.fieldClass === '' || record.contenders.some(({ writer }) => writer.manager === SERVER);
}

/** Opens or feeds the conflict of such a loop, once it has gone on long enough. */
export function unexplainedLoop(
  object: HealedObject,
  heal: Heal,
  lens: LensFact | null,
  ledger: Ledger,
  now: Millis,
): void {
  const known = ledger.unresolvedOf(object.ref).find(isUnseen);
  if (known === undefined && scoreAt(object.score, now) < LOOP_AT) return;
  const stuck = lens === null ? null : standingDifference(lens);
  const field = stuck?.field ?? null;
  const argocd: Writer = {
    kind: 'argocd',
    manager: lens?.tracking.managers[0] ?? 'argocd-controller',
    name: object.application.name,
    source:
      heal.kind === 'self-heal'
        ? `self-heal number ${heal.attempts} of Application ${object.application.name} names it`
        : `a full sync of Application ${object.application.name} found it OutOfSync`,
  };
  const { record, fresh } =
    known !== undefined
      ? { record: known, fresh: false }
      : ledger.obtain({
          ref: lens?.ref ?? object.ref,
          field: field ?? '',
          writers: [stuck === null ? UNSEEN_WRITER : SERVER_WRITER, argocd],
          application: { namespace: object.application.namespace, name: object.application.name },
          startedAt: object.firstAt,
        });
  // The heals before belong to it; after that each counts once, also where a restart forgot the object's own count.
  const anew = fresh || record.state === 'resolved';
  record.score = anew ? object.score : addReversal(record.score, object.lastAt);
  if (fresh) record.reversals = object.count - 1;
  record.byDrift = true;
  countReversal(record, object.lastAt, field);
  if (stuck !== null && record.contenders[0] !== undefined) addValue(record.contenders[0], stuck.live);
  if (stuck !== null && record.contenders[1] !== undefined) addValue(record.contenders[1], stuck.declared);
  addRow(record, {
    at: object.lastAt,
    writer: displayWriter(argocd),
    from: stuck?.live ?? null,
    to: stuck?.declared ?? null,
    source: argocd.source,
  });
  ledger.weigh(record, now);
}

const UNSEEN_WRITER: Writer = { kind: 'unknown', manager: null, name: null, source: 'the object is not to be seen' };
const SERVER_WRITER: Writer = {
  kind: 'controller',
  manager: SERVER,
  name: null,
  source: 'last-applied differs from the live value right after each sync: defaulting, pruning or normalisation',
};

/** The first leaf that Git declares and the server shows otherwise. */
function standingDifference(lens: LensFact) {
  if (lens.declared === null) return null;
  for (const [field, declared] of lens.declared) {
    const live = lens.leaves.get(field) ?? null;
    if (!sameValue(live, declared)) return { field, declared, live };
  }
  return null;
}
