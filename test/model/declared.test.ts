import { describe, expect, it } from 'vitest';
import { carryDeclared } from '../../src/model/declared.ts';
import type { DeclaredReplicas, WorkloadFact } from '../../src/model/facts.ts';
import { ownerOf, workloadFact } from '../support/facts.ts';

const UNKNOWN: DeclaredReplicas = { value: null, source: 'unknown' };
const bySsa = (value: number | null): DeclaredReplicas => ({ value, source: 'server-side-apply' });
const applied = (time: number) => [ownerOf('argocd-controller', { operation: 'Apply', time })];

function version(declared: DeclaredReplicas, appliedAt: number, more: Partial<WorkloadFact> = {}): WorkloadFact {
  const tracking = { annotation: 'web', label: null, installationId: null, managers: ['argocd-controller'] };
  return workloadFact({}, { declared, tracking, managers: applied(appliedAt), ...more });
}

describe('what Git declares, in a version that cannot show it', () => {
  it.each<[string, WorkloadFact | undefined, WorkloadFact, DeclaredReplicas]>([
    ['is unknown where no version before showed it', undefined, version(UNKNOWN, 1), UNKNOWN],
    [
      'is what the version before said, after the HPA took the field',
      version(bySsa(3), 1),
      version(UNKNOWN, 1),
      bySsa(3),
    ],
    [
      'is nothing, where Argo CD has applied since and left the field to its other owner',
      version(bySsa(3), 1_000),
      version(UNKNOWN, 2_000),
      bySsa(null),
    ],
    [
      'is what it was under Replace=true, however often Argo CD writes',
      version({ value: 3, source: 'argocd-update' }, 1_000),
      version(UNKNOWN, 2_000),
      { value: 3, source: 'argocd-update' },
    ],
    ['is what the new version shows, where it shows it', version(bySsa(3), 1), version(bySsa(5), 2), bySsa(5)],
    [
      'is unknown again for another object of that name',
      version(bySsa(3), 1, { uid: 'old' }),
      version(UNKNOWN, 1),
      UNKNOWN,
    ],
  ])('%s', (_, previous, next, declared) => {
    expect(carryDeclared(previous, next).declared).toEqual(declared);
  });
});
