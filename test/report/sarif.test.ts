import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/audit/rules.ts';
import { renderSarif, sarifLog } from '../../src/report/sarif.ts';
import { AUDIT } from './audit-fixtures.ts';

const OPTIONS = { version: '0.1.0', rules: RULES };
const [run] = sarifLog(AUDIT, OPTIONS).runs;

describe('the audit as SARIF', () => {
  it('describes every rule, and every result points at its own', () => {
    expect(run?.tool.driver.rules?.map((rule) => rule.id)).toEqual(RULES.map((rule) => rule.id));
    for (const result of run?.results ?? []) {
      expect(run?.tool.driver.rules?.[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
    }
  });

  it('shows a risk at its file and line, the path written as a URI', () => {
    expect(run?.results?.[0]?.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'apps/web%20%26%20co/deploy%20%231.yaml' },
      region: { startLine: 7 },
    });
  });

  it('names the object where there is no file, as in a live cluster', () => {
    const location = run?.results?.[2]?.locations?.[0];
    expect(location?.physicalLocation).toBeUndefined();
    expect(location?.logicalLocations?.[0]?.fullyQualifiedName).toBe('Application argocd/cart');
  });

  it('gives severities the levels of the standard', () => {
    expect(run?.results?.map((result) => result.level)).toEqual(['warning', 'error', 'note', 'warning']);
  });

  it('lists a silenced risk as suppressed in the source, with the reason', () => {
    expect(run?.results?.[3]?.suppressions).toEqual([
      { kind: 'inSource', justification: 'load test (tugwatch.dev/ignore)' },
    ]);
    expect(run?.results?.[0]?.suppressions).toBeUndefined();
  });

  it('keeps one fingerprint for one risk, whatever its line', () => {
    const moved = AUDIT.risks.map((risk) => ({ ...risk, location: { file: 'elsewhere.yaml', line: 99 } }));
    const again = sarifLog({ ...AUDIT, risks: moved }, OPTIONS).runs[0];
    expect(again?.results?.[0]?.partialFingerprints).toEqual(run?.results?.[0]?.partialFingerprints);
    expect(new Set(run?.results?.map((result) => result.partialFingerprints?.['tugwatch/v1'])).size).toBe(4);
  });

  it('tells of invalid input as notifications of the tool', () => {
    expect(run?.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toContain('Tabs are not allowed');
  });

  it('is JSON text in which nothing acts on a terminal', () => {
    const text = renderSarif(AUDIT, OPTIONS);
    expect(JSON.parse(text).version).toBe('2.1.0');
    expect(text).not.toContain('\u001b');
  });
});
