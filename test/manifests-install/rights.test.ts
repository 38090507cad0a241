/** The rights that are installed against the table of what is watched: no kind missing, none too many, nothing written but Events and what is its own. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderChartFiles } from '../../scripts/chart/render.ts';
import { WATCHED_RESOURCES } from '../../src/kubernetes/resources.ts';
import { restrictTo } from '../../src/kubernetes/source-scope.ts';
import { groupOf } from '../../src/model/refs.ts';
import { findObject, type PolicyRule, readManifests } from '../support/install-manifests.ts';

const objects = readManifests().flatMap((file) => file.objects);
const READ = ['get', 'list', 'watch'];

/** Built-in kinds with /scale that the table leaves to discovery (kubernetes pkg/registry/core/rest/storage_core.go). */
const SCALE_TARGETS = ['/replicationcontrollers'];
/** Verdicts are told as Events, through the API that aggregates them. */
const OWN_EVENTS = ['events.k8s.io/events'];

/** 'apps/deployments', '/configmaps=argocd-cm'. */
function granted(rules: readonly PolicyRule[]): string[] {
  return rules
    .flatMap(({ apiGroups, resources, resourceNames }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          resourceNames === undefined
            ? [`${group}/${resource}`]
            : resourceNames.map((name) => `${group}/${resource}=${name}`),
        ),
      ),
    )
    .sort();
}

function watched(belongs: (scope: string) => boolean): string[] {
  return WATCHED_RESOURCES.filter((resource) => belongs(restrictTo(resource, 'workloads', 'argo-cd'))).map(
    ({ apiVersion, resource, fieldSelector }) => {
      const name = /^metadata\.name=(.+)$/.exec(fieldSelector ?? '')?.[1];
      return `${groupOf(apiVersion)}/${resource}${name === undefined ? '' : `=${name}`}`;
    },
  );
}

function rulesOf(kind: string, name: string): readonly PolicyRule[] {
  return findObject(objects, kind, name).rules ?? [];
}

describe('the rights of the daemon', () => {
  it('are those on what it watches, and on the one other kind that an HPA can scale', () => {
    expect(granted(rulesOf('ClusterRole', 'tugwatch'))).toEqual(
      [...watched(() => true), ...SCALE_TARGETS, ...OWN_EVENTS].sort(),
    );
  });

  it('are those that the chart grants (else run: npm run generate)', () => {
    const text = readFileSync('manifests/helm/tugwatch/files/rights.yaml', 'utf8');
    expect(renderChartFiles().get('files/rights.yaml')).toBe(text);
  });

  it('are the same for a tenant, in two namespaces', () => {
    expect(granted(rulesOf('Role', 'tugwatch-argo-cd'))).toEqual(
      [...watched((scope) => scope === 'argo-cd'), ...OWN_EVENTS].sort(),
    );
    expect(granted(rulesOf('Role', 'tugwatch-workloads'))).toEqual(
      [...watched((scope) => scope === 'workloads'), ...SCALE_TARGETS, ...OWN_EVENTS].sort(),
    );
  });

  it('are, in its own namespace, to elect over one Lease and to keep one ConfigMap, and to read no other', () => {
    const { metadata, rules = [] } = findObject(objects, 'Role', 'tugwatch');
    expect(metadata.namespace).toBe('tugwatch');
    expect(granted(rules)).toEqual(
      [
        '/configmaps',
        '/configmaps=tugwatch-checkpoint',
        'coordination.k8s.io/leases',
        'coordination.k8s.io/leases=tugwatch',
      ].sort(),
    );
    for (const { resourceNames, verbs } of rules)
      expect(verbs).toEqual(resourceNames === undefined ? ['create'] : ['get', 'patch']);
  });

  it('write nothing but Events and what is its own, wherever remediation is not asked for', () => {
    const roles = readManifests()
      .filter(({ file }) => !/^components\/(?:remediation|secure-metrics)\//.test(file))
      .flatMap((file) => file.objects)
      .filter(({ rules }) => rules !== undefined && rules.length > 0)
      .filter(({ kind, metadata }) => kind !== 'Role' || metadata.name !== 'tugwatch');
    expect(roles.map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(['tugwatch', 'tugwatch-lens-built-in', 'tugwatch-workloads', 'tugwatch-argo-cd']),
    );
    for (const { metadata, rules = [] } of roles) {
      for (const { apiGroups, resources, verbs } of rules) {
        const isEvents = apiGroups.join() === 'events.k8s.io' && resources.join() === 'events';
        expect(verbs, metadata.name).toEqual(isEvents ? ['create', 'patch'] : READ);
      }
    }
  });

  it('are to ask about tokens where the metrics are kept for some, and nothing else', () => {
    expect(rulesOf('ClusterRole', 'tugwatch-token-review')).toEqual([
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ]);
  });

  it('never reach a Secret, a log or a shell, nor everything by a star', () => {
    for (const { rules = [] } of objects) {
      for (const { apiGroups = [], resources = [], verbs } of rules) {
        const names = [...apiGroups, ...resources, ...verbs];
        for (const name of ['*', 'secrets', 'pods', 'pods/log', 'pods/exec', 'escalate', 'bind', 'impersonate']) {
          expect(names).not.toContain(name);
        }
      }
    }
  });

  it('through the lens come on top of the base, and take in what people label', () => {
    const lens = findObject(objects, 'ClusterRole', 'tugwatch-lens') as unknown as {
      aggregationRule: { clusterRoleSelectors: { matchLabels: Record<string, string> }[] };
    };
    const wanted = lens.aggregationRule.clusterRoleSelectors[0]?.matchLabels;
    expect(findObject(objects, 'ClusterRole', 'tugwatch-lens-built-in').metadata.labels).toMatchObject(wanted ?? {});
    const base = new Set(granted(rulesOf('ClusterRole', 'tugwatch')));
    const more = granted(rulesOf('ClusterRole', 'tugwatch-lens-built-in'));
    expect(more.filter((right) => base.has(right))).toEqual([]);
    expect(more).toContain('/configmaps');
  });

  it('go to its ServiceAccount and to nobody else', () => {
    const bindings = objects.filter(({ kind }) => kind.endsWith('Binding')) as unknown as {
      roleRef: { kind: string; name: string };
      subjects: unknown[];
    }[];
    expect(bindings.length).toBeGreaterThanOrEqual(4);
    for (const { roleRef, subjects } of bindings) {
      expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'tugwatch', namespace: 'tugwatch' }]);
      expect(() => findObject(objects, roleRef.kind, roleRef.name)).not.toThrow();
    }
  });
});
