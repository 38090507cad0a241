/** Reads what a step would touch, just before, and asks the guards. */
import type { KubeClient } from '../kubernetes/client.ts';
import { type Reading, readForChange } from '../kubernetes/guarded-patch.ts';
import type { ObjectRef } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { Remedy } from '../model/verdicts.ts';
import { type ApplicableStep, applicableStep, type FixSubject, type GuardContext } from '../remedy/attempt.ts';
import { planFix, type Refusal } from '../remedy/guards.ts';

/** The guards' context without what is read here. */
export type Situation = Omit<GuardContext, 'application' | 'target'>;

export type Consideration =
  | { readonly step: ApplicableStep; readonly reading: Reading; readonly application: Reading | null }
  | { readonly refused: readonly Refusal[] };

const APPLICATION = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' } as const;

/** @throws KubeRequestError when the objects cannot be read */
export async function consider(
  client: KubeClient,
  subject: FixSubject,
  remedy: Remedy,
  situation: Situation,
  signal: AbortSignal,
): Promise<Consideration> {
  const target = applicableStep(remedy)?.target ?? null;
  const app: ObjectRef | null = subject.application === null ? null : { ...APPLICATION, ...subject.application };
  const reading = target === null ? null : await readForChange(client, target, signal);
  const application =
    app === null || target === null
      ? null
      : keyOf(app) === keyOf(target)
        ? reading
        : await readForChange(client, app, signal);
  const plan = planFix(subject, remedy, {
    ...situation,
    target: reading?.view ?? null,
    application: application?.view ?? null,
  });
  if ('refused' in plan) return plan;
  // The guards refuse a target that is gone.
  if (reading === null) return { refused: [{ veto: 'gone', reason: 'the target is not there any more' }] };
  return { step: plan.apply, reading, application };
}
