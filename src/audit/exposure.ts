/**
 * What happens to the replicas that a scaler set: the one question behind TW101, TW102 and TW104, and behind every
 * reason for which a workload is safe. argo-cd controller/appcontroller.go:2332-2427 (when a sync starts),
 * controller/sync.go:236-246 and 421-489 (what it writes).
 */
import type { WorkloadSubject } from './rule.ts';
import { describeCauses } from './scalers.ts';

export type Exposure =
  /** Self-heal writes Git's value back after each scale. */
  | { readonly kind: 'fights' }
  /** No self-heal from replicas alone, but a full sync writes Git's value. */
  | { readonly kind: 'ignored-not-respected' }
  /** Nothing hides the field, and only a sync that starts for another reason, or by hand, writes it. */
  | { readonly kind: 'reset-on-sync' }
  /** A rule that does not parse stops every sync of the Application: TW103 tells of it. */
  | { readonly kind: 'stopped' }
  /** Nothing known scales it, and yet something does. */
  | { readonly kind: 'undecided' }
  | { readonly kind: 'safe'; readonly reason: string };

export function exposureOf(subject: WorkloadSubject): Exposure {
  const { application, causes, declaration, protection } = subject;
  if (application === null && !subject.assumed) return safe('no Application manages it');
  if (application?.skipReconcile === true) {
    return safe(
      `Argo CD does not reconcile Application ${application.ref.namespace}/${application.ref.name} (argocd.argoproj.io/skip-reconcile)`,
    );
  }
  if (protection?.comparisonBroken === true) return { kind: 'stopped' };
  if (declaration.state === 'omitted') return safe('Git does not declare replicas, so Argo CD leaves them alone');
  if (protection?.inSync === true) {
    return safe(`protected by ${placesOf(subject)} with RespectIgnoreDifferences=true`);
  }
  if (causes.length === 0) {
    return isHeldElsewhere(subject)
      ? { kind: 'undecided' }
      : safe(`nothing that scales it is in sight${selfHealNote(subject)}`);
  }
  if (declaration.state === 'unknown') {
    return safe(
      'nothing shows that Git declares replicas: no last-applied, no server-side apply of the field, no difference reported',
    );
  }
  const declared = declaration.value;
  if (declared !== null && causes.every((cause) => cause.min === declared && cause.max === declared)) {
    return safe(`${describeCauses(causes)} can only want the ${declared} that Git declares`);
  }
  if (declared === 0 && causes.every((cause) => cause.kind === 'HorizontalPodAutoscaler')) {
    // horizontal.go: a target at 0 with minReplicas above 0 disables the HPA, so nobody answers Argo CD's write.
    return safe('Git declares 0 replicas, which switches the HorizontalPodAutoscaler off');
  }
  if (protection?.inDiff === true) return { kind: 'ignored-not-respected' };
  if (selfHeals(subject)) return { kind: 'fights' };
  return { kind: 'reset-on-sync' };
}

/** Automated sync and self-heal are on, or assumed to be where no Application is in sight. */
export function selfHeals(subject: WorkloadSubject): boolean {
  const { application } = subject;
  return application === null ? subject.assumed : application.automated.enabled && application.automated.selfHeal;
}

/** 'spec.ignoreDifferences[0] and …': the rules that cover the field. */
export function placesOf(subject: WorkloadSubject): string {
  return (subject.protection?.covering ?? []).map((rule) => rule.place).join(' and ');
}

function selfHealNote(subject: WorkloadSubject): string {
  return subject.application === null || selfHeals(subject) ? '' : ', and self-heal is off';
}

/** Self-heal is on and the live value is not Git's: somebody out of sight writes it, so it is not called safe. */
function isHeldElsewhere(subject: WorkloadSubject): boolean {
  const { workload, declaration } = subject;
  if (declaration.state !== 'declared' || declaration.value === null || workload.replicas === null) return false;
  return selfHeals(subject) && workload.replicas !== declaration.value;
}

function safe(reason: string): Exposure {
  return { kind: 'safe', reason };
}
