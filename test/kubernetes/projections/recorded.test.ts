import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/kubernetes/projections/digest.ts';
import { projectLens } from '../../../src/kubernetes/projections/lens.ts';
import { project } from '../../../src/kubernetes/projections/project.ts';
import type { Fact, FactKind, LensFact } from '../../../src/model/facts.ts';
import { noRecordings, recordedVersions } from '../../support/recordings.ts';

function factsOf<K extends FactKind>(name: string, resource: string, kind: K): Extract<Fact, { fact: K }>[] {
  return recordedVersions(name, resource).map((line) => {
    const fact = project(line.object, line);
    if (fact?.fact !== kind) throw new Error(`${name}: a version of ${resource} projects to ${fact?.fact}`);
    return fact as Extract<Fact, { fact: K }>;
  });
}

/** '3 argocd-controller/' for each change of replicas or of their owner. */
function replicaWrites(name: string, resource = 'deployments'): string[] {
  const writes: string[] = [];
  for (const fact of factsOf(name, resource, 'workload')) {
    const owners = fact.replicasOwners.map((owner) => `${owner.manager}/${owner.subresource}`).join(' ');
    const write = `${fact.replicas} ${owners}`;
    if (writes.at(-1) !== write) writes.push(write);
  }
  return writes;
}

describe.skipIf(noRecordings)('what the recordings of a real control plane project to', () => {
  it('in grokdevops the HPA and Argo CD take turns, and each version names exactly one of them', () => {
    const writes = replicaWrites('grokdevops');
    const byWriter = writes.map((write) => write.replace(/^\d+ /, ''));
    expect(writes[0]).toBe('3 argocd-controller/');
    expect(new Set(byWriter)).toEqual(new Set(['argocd-controller/', 'kube-controller-manager/scale']));
    for (const write of writes.filter((text) => text.endsWith('argocd-controller/')))
      expect(write).toBe('3 argocd-controller/');
    expect(writes.length).toBeGreaterThan(20);
    for (const [index, writer] of byWriter.entries()) {
      // The HPA may take two steps before it is reverted; Argo CD never writes twice in a row.
      if (writer === 'argocd-controller/') expect(byWriter[index + 1]).not.toBe('argocd-controller/');
    }
  });

  it('a scale entry has no time and an entry of Argo CD has one', () => {
    for (const fact of factsOf('grokdevops', 'deployments', 'workload')) {
      for (const owner of fact.replicasOwners) expect(owner.time === null).toBe(owner.subresource === 'scale');
    }
  });

  it('in keda-zero the zero has no owner', () => {
    expect(replicaWrites('keda-zero').slice(0, 5)).toEqual([
      '1 argocd-controller/',
      '0 ',
      '1 argocd-controller/',
      '0 ',
      '1 argocd-controller/',
    ]);
  });

  it('in window the Application is told by the label, and the HPA controller has another name', () => {
    const facts = factsOf('window', 'deployments', 'workload');
    expect(new Set(facts.map((fact) => `${fact.tracking.annotation} ${fact.tracking.label}`))).toEqual(
      new Set(['null window']),
    );
    expect(replicaWrites('window')).toContain('6 k3s/scale');
    expect(factsOf('window', 'horizontalpodautoscalers', 'hpa').at(-1)?.statusManagers).toEqual(['k3s']);
  });

  it('in ssa-fight only the versions that Argo CD wrote show what Git declares', () => {
    for (const fact of factsOf('ssa-fight', 'deployments', 'workload')) {
      const byArgo = fact.replicasOwners.some((owner) => owner.operation === 'Apply');
      expect(fact.declared).toEqual(
        byArgo ? { value: 3, source: 'server-side-apply' } : { value: null, source: 'unknown' },
      );
    }
  });

  it('in omitted Git declares no replicas although Argo CD owned them after the first apply', () => {
    const facts = factsOf('omitted', 'deployments', 'workload');
    expect(facts[0]?.replicasOwners[0]?.manager).toBe('argocd-controller');
    expect(new Set(facts.map((fact) => `${fact.declared.value} ${fact.declared.source}`))).toEqual(
      new Set(['null last-applied']),
    );
  });

  it('in shared the tracking mark flips with each write', () => {
    const owners = factsOf('shared', 'deployments', 'workload').map(
      (fact) => `${fact.tracking.annotation} ${fact.replicas}`,
    );
    expect(new Set(owners)).toEqual(new Set(['shared-a 2', 'shared-b 5']));
  });

  it('in grokdevops every self-heal names the Deployment and counts its attempts', () => {
    const heals = new Map<number, number>();
    for (const { operation } of factsOf('grokdevops', 'applications', 'application')) {
      if (operation === null || operation.resources.length === 0) continue;
      expect(operation).toMatchObject({ automated: true, initiated: true, username: '' });
      expect(operation.resources).toEqual([{ group: 'apps', kind: 'Deployment', namespace: '', name: 'grokdevops' }]);
      heals.set(operation.startedAt, operation.attempts);
    }
    expect(heals.size).toBeGreaterThan(5);
    expect([...heals.values()].slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  it('in template-tug the lens shows the injector and Argo CD over one env value', () => {
    const field = '/spec/template/spec/containers/0/env/0/value';
    const seen = new Set<string>();
    for (const line of recordedVersions('template-tug', 'deployments')) {
      const lens = projectLens(line.object) as LensFact;
      const owners = lens.owners.get(field)?.map((owner) => `${owner.manager}/${owner.operation}`);
      seen.add(`${owners?.join(' ')} ${lens.leaves.get(field) === lens.declared?.get(field)}`);
      expect(String(lens.leaves.get(field))).toMatch(/^sha256:[0-9a-f]{16}$/);
    }
    expect(seen).toEqual(new Set(['argocd-controller/Update true', 'mesh-injector/Update false']));
  });

  it('in template-tug the digest is that of the value', () => {
    const [first] = recordedVersions('template-tug', 'deployments');
    const value = JSON.stringify(first?.object).match(/"name":"LOG_LEVEL","value":"([^"]+)"/)?.[1];
    const lens = projectLens(first?.object ?? null);
    expect(lens?.leaves.get('/spec/template/spec/containers/0/env/0/value')).toBe(digestOf(value ?? ''));
  });
});
