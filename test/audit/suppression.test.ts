import { describe, expect, it } from 'vitest';
import { entriesOf } from '../../src/audit/suppression.ts';
import { annotated, app, audit, hpa, onlyRisk, workload } from './audit-cluster.ts';

const IGNORE = 'tugwatch.dev/ignore';

describe('silencing a risk by annotation', () => {
  it.each([
    ['the workload', [app(), annotated(workload(), { [IGNORE]: 'TW101: moves to KEDA in May' }), hpa()]],
    ['its HPA', [app(), workload(), annotated(hpa(), { [IGNORE]: 'TW101: moves to KEDA in May' })]],
    ['its Application', [app({ annotations: { [IGNORE]: 'TW101: moves to KEDA in May' } }), workload(), hpa()]],
  ])('works on %s, and the risk stays listed with the reason', (_where, cluster) => {
    const risk = onlyRisk('TW101', cluster);
    expect(risk.suppressed).toMatch(/^moves to KEDA in May \(tugwatch\.dev\/ignore on /);
  });

  it('names the object that carries the annotation', () => {
    const risk = onlyRisk('TW101', [app(), workload(), annotated(hpa(), { [IGNORE]: 'TW101: x' })]);
    expect(risk.suppressed).toBe('x (tugwatch.dev/ignore on HorizontalPodAutoscaler shop/web)');
  });

  it('silences nothing without a reason, and says so in the finding', () => {
    const risk = onlyRisk('TW101', [app(), annotated(workload(), { [IGNORE]: 'TW101' }), hpa()]);
    expect(risk.suppressed).toBeNull();
    expect(risk.message).toContain('names TW101 without a reason');
  });

  it('silences no other rule', () => {
    const risk = onlyRisk('TW101', [app(), annotated(workload(), { [IGNORE]: 'TW104: fine' }), hpa()]);
    expect(risk.suppressed).toBeNull();
  });

  it('does not call a workload safe because its risk is silenced', () => {
    expect(audit([app(), annotated(workload(), { [IGNORE]: 'TW101: fine' }), hpa()]).safe).toEqual([]);
  });

  it('reads several rules with one reason, and several entries', () => {
    expect(entriesOf('TW101, tw105: load test; until June; TW104: by hand anyway')).toEqual([
      { rules: ['TW101', 'TW105'], reason: 'load test; until June' },
      { rules: ['TW104'], reason: 'by hand anyway' },
    ]);
  });

  it('reads an entry a line', () => {
    expect(entriesOf('TW101: one\nTW102: two\n').map((entry) => entry.reason)).toEqual(['one', 'two']);
  });

  it('takes no notice of text that names no rule', () => {
    expect(entriesOf('please ignore')).toEqual([]);
  });
});
