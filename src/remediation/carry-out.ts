/** One step that the guards let through: rehearsed, agreed to, made, and told to those who look at the objects. */
import type { WritingClient } from '../kubernetes/client.ts';
import type { EventRecorder, EventSubject } from '../kubernetes/event-recorder.ts';
import { commit, type Reading, type Rehearsal, rehearse } from '../kubernetes/guarded-patch.ts';
import type { Millis } from '../model/facts.ts';
import { displayRef, keyOf } from '../model/refs.ts';
import type { ApplicableStep } from '../remedy/attempt.ts';
import type { AuditRecord } from './audit-record.ts';

export interface Order {
  readonly step: ApplicableStep;
  readonly reading: Reading;
  /** The Application of the conflict or risk; null where there is none. */
  readonly application: Reading | null;
  readonly workload: EventSubject;
}

export interface Ports {
  readonly client: WritingClient;
  readonly recorder: EventRecorder;
  /** Who does it, for the audit line and the Events. */
  readonly by: string;
  readonly now: () => Millis;
  /** Sees what the change would be, before it is made. */
  readonly agree: (rehearsal: Rehearsal) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export type Outcome =
  | { readonly outcome: 'applied'; readonly audit: AuditRecord }
  /** Somebody else wrote in between; nothing was changed. */
  | { readonly outcome: 'stopped'; readonly reason: string }
  | { readonly outcome: 'declined' }
  /** The patch changes nothing that is stored: it is in place already. */
  | { readonly outcome: 'nothing-to-do' };

/** @throws KubeRequestError when the server refuses */
export async function carryOut(order: Order, ports: Ports): Promise<Outcome> {
  const { step } = order;
  const rehearsal = await rehearse(ports.client, step, order.reading, ports.signal);
  if ('stopped' in rehearsal) return { outcome: 'stopped', reason: rehearsal.stopped };
  if (rehearsal.intent === rehearsal.reading.intent) return { outcome: 'nothing-to-do' };
  if (!(await ports.agree(rehearsal))) return { outcome: 'declined' };
  const done = await commit(ports.client, step, rehearsal, ports.signal);
  if ('stopped' in done) return { outcome: 'stopped', reason: done.stopped };
  const audit: AuditRecord = {
    at: ports.now(),
    by: ports.by,
    workload: order.workload.ref,
    target: step.target,
    patch: step.patch,
    resourceVersion: done,
  };
  await tell(order, audit, ports);
  return { outcome: 'applied', audit };
}

/** An Event on every object concerned: the workload, its Application, and the ApplicationSet where that was changed. */
async function tell(order: Order, audit: AuditRecord, { recorder, signal }: Ports): Promise<void> {
  const { workload, reading, application, step } = order;
  const target: EventSubject = { ref: reading.view.ref, uid: reading.view.uid };
  const app = application === null ? [] : [{ ref: application.view.ref, uid: application.view.uid }];
  // Other clusters than Argo CD's are read only.
  const here = [workload, ...app, target].filter(({ ref }) => ref.cluster === undefined);
  const subjects = new Map(here.map((subject) => [keyOf(subject.ref), subject]));
  const note = `${audit.by} changed ${displayRef(target.ref)} (resourceVersion ${audit.resourceVersion.from} to ${audit.resourceVersion.to}) so that nobody fights over ${displayRef(workload.ref)}: ${step.why}`;
  await Promise.all(
    [...subjects.values()].map((regarding) =>
      recorder.record(
        {
          at: audit.at,
          type: 'Normal',
          reason: 'RemedyApplied',
          action: 'Remediate',
          note,
          regarding,
          related:
            keyOf(regarding.ref) === keyOf(workload.ref) || workload.ref.cluster !== undefined ? target : workload,
        },
        signal,
      ),
    ),
  );
}
