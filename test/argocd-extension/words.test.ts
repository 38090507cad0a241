/** What of a report belongs to one Application, and to one object in it. */
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../src/argocd-extension/words.ts';
import { buildReport } from '../../src/report/build-report.ts';
import * as given from '../support/report-fixtures.ts';

const conflictOf = (id: string, application: { namespace: string; name: string }, changes: object = {}) => ({
  conflict: given.aConflict({ id, application, ...changes }),
  remedy: given.aRemedy(),
});
const shared = (id: string, namespace: string, ...names: readonly string[]) =>
  conflictOf(
    id,
    { namespace, name: names[0] ?? '' },
    {
      kind: 'shared-object',
      contenders: names.map((name) => ({ kind: 'argocd', manager: 'argocd-controller', name, values: [] })),
    },
  );
const appOf = (namespace: string, name: string) => ({ metadata: { namespace, name }, spec: { project: 'default' } });
const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'shop', name: 'web' } };

describe('the findings about an Application', () => {
  const report = buildReport({
    window: { from: given.T0, to: given.T0 },
    conflicts: [
      conflictOf('eu', { namespace: 'argocd', name: 'web-eu' }, { workload: { ...given.WEB, cluster: 'prod-eu' } }),
      conflictOf('us', { namespace: 'argocd', name: 'web-us' }, { workload: { ...given.WEB, cluster: 'prod-us' } }),
      shared('both', 'argocd', 'base', 'web-us'),
      shared('elsewhere', 'team', 'base', 'web-us'),
    ],
    notices: [],
    risks: [],
  });
  const openOf = (namespace: string, name: string) =>
    findingsOf(report, appOf(namespace, name), WEB)
      .open.map(({ id }) => id)
      .sort();

  it('are of the cluster that it deploys into, where another one has an object of the name', () => {
    expect(openOf('argocd', 'web-eu')).toEqual(['eu']);
    expect(findingsOf(report, appOf('argocd', 'web-eu'), WEB).open[0]?.workload.cluster).toBe('prod-eu');
  });

  it('are those of the object that it shares with another one, beside it and nowhere else', () => {
    expect(openOf('argocd', 'web-us')).toEqual(['both', 'us']);
    expect(openOf('team', 'web-us')).toEqual(['elsewhere']);
  });
});
