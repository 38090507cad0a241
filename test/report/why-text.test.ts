import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import { renderWhyText, selectWorkload } from '../../src/report/why-text.ts';
import * as given from '../support/report-fixtures.ts';

const remedy = given.aRemedy();
const report = buildReport({
  window: { from: given.T0 - 3_000, to: given.T0 + 255_000 },
  conflicts: [
    { conflict: given.aConflict(), remedy },
    { conflict: given.aResolvedConflict(), remedy },
  ],
  notices: [given.aNotice()],
  risks: [given.aRisk()],
  safe: [given.aSafe()],
});

describe('why one workload is as it is', () => {
  it('shows its conflict and nothing of the others', async () => {
    const why = selectWorkload(report, { namespace: 'shop', name: 'web' });
    expect(why.conflicts.map(({ id }) => id)).toEqual(['7f3a1c9e2b40']);
    expect(why.workload).toEqual(given.WEB);
    await expect(renderWhyText(why, { width: 100 })).toMatchFileSnapshot('golden/why-web.txt');
  });

  it('takes the kind as kubectl does', () => {
    const found = (kind: string) => selectWorkload(report, { namespace: 'shop', name: 'web', kind }).conflicts.length;
    expect(['deploy', 'Deployment', 'deployments', 'deployment.apps', 'deployments.v1.apps'].map(found)).toEqual([
      ...[1, 1, 1, 1, 1],
    ]);
    expect(['sts', 'statefulset', 'ro', 'deploymentx'].map(found)).toEqual([0, 0, 0, 0]);
  });

  it('says what may happen where nothing fights yet, with the whole remedy', () => {
    const text = renderWhyText(selectWorkload(report, { namespace: 'shop', name: 'search', kind: 'deploy' }));
    expect(text).toMatch(/^Nothing fights over Deployment shop\/search now, but something may:\n/);
    expect(text).toContain('1. Argo CD stops writing spec.replicas');
  });

  it('says why a workload is safe', () => {
    expect(renderWhyText(selectWorkload(report, { namespace: 'shop', name: 'api' }))).toBe(
      'Nothing fights over Deployment shop/api.\n\nSafe: nothing found against\n  - Deployment shop/api: Git does not declare replicas.\n',
    );
  });

  it('claims no peace after one look', () => {
    const answer = selectWorkload(report, { namespace: 'shop', name: 'api' });
    expect(renderWhyText(answer, {}, [], true)).toMatch(
      /^Nothing is seen to fight over Deployment shop\/api in this one look\.\n/,
    );
    const atRisk = selectWorkload(report, { namespace: 'shop', name: 'search' });
    expect(renderWhyText(atRisk, {}, [], true)).toMatch(
      /^Nothing is seen to fight over Deployment shop\/search now, but something may:\n/,
    );
  });

  it('says that it knows nothing of a workload the report never names', () => {
    expect(renderWhyText(selectWorkload(report, { namespace: 'shop', name: 'nope', kind: 'sts' }))).toBe(
      'Nothing is known against sts shop/nope: no conflict, no notice, no risk names it.\n',
    );
  });

  it('puts the last writes first where the caller knows them', () => {
    const writes = [
      { at: '2026-11-21T05:45:00.000Z', writer: 'human', from: 2, to: 5, source: 'managedFields kubectl' },
    ];
    expect(renderWhyText(selectWorkload(report, { namespace: 'shop', name: 'api' }), {}, writes)).toContain(
      [
        'Last writes, newest last:',
        '  TIME (UTC)     WRITER   FROM   TO   SEEN IN',
        '  05:45:00.000   human    2      5    managedFields kubectl',
      ].join('\n'),
    );
  });
});
