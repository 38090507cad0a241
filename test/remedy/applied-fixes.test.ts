import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { type AppliedFix, mergeFixes, rememberedFixes } from '../../src/remedy/applied-fixes.ts';
import { clusterOf, rawApplication } from '../support/cluster.ts';
import { T0, WEB_APP } from '../support/report-fixtures.ts';

const jq = await loadJqEngine();

const MINUTE = 60_000;
const APP = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...WEB_APP };
const fixed = (fix: Partial<AppliedFix>): AppliedFix => ({
  at: T0 - 10 * MINUTE,
  target: APP,
  application: WEB_APP,
  conflict: null,
  ...fix,
});

describe('the memory of changes', () => {
  const byTugwatch = (time: string) =>
    rawApplication({
      managedFields: [
        {
          manager: 'tugwatch',
          operation: 'Update',
          apiVersion: APP.apiVersion,
          time,
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': { 'f:ignoreDifferences': {} } },
        },
      ],
    });

  it('is in the objects, so that a restart or another process forgets nothing', () => {
    const context = { model: clusterOf(byTugwatch('2026-11-21T05:30:00Z')), jq };
    expect(rememberedFixes(context, T0)).toEqual([
      { at: Date.parse('2026-11-21T05:30:00Z'), target: APP, application: WEB_APP, conflict: null },
    ]);
    expect(rememberedFixes({ model: clusterOf(byTugwatch('2026-11-21T04:30:00Z')), jq }, T0)).toEqual([]);
  });

  it('counts a change once that is remembered twice', () => {
    const own = fixed({ target: APP });
    expect(mergeFixes([own], [fixed({ target: APP, at: own.at + 400 })], T0)).toEqual([own]);
    const old = fixed({ target: APP, at: T0 - 90 * MINUTE });
    expect(mergeFixes([old], [own], T0)).toEqual([old, own]);
  });
});
