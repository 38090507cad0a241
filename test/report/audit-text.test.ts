import { describe, expect, it } from 'vitest';
import { renderAuditText } from '../../src/report/audit-text.ts';
import { AUDIT, risk } from './audit-fixtures.ts';

describe('the audit on a terminal', () => {
  it('groups findings by object, then lists what was silenced, what is invalid, and a sum', () => {
    expect(renderAuditText(AUDIT)).toBe(`Deployment shop/web  apps/web & co/deploy #1.yaml  (Application argocd/web)
    [WARNING] TW101 unprotected-replicas: bites on the next scale, line 7
        · Git declares 3 replicas and HorizontalPodAutoscaler shop/web (2 to 9) scales the workload.
        → Add a rule for /spec/replicas to Application argocd/web.
          docs/rules/TW101.md
    [CRITICAL] TW105 declared-out-of-range: bites now, line 7
        · Git declares 3 replicas and HorizontalPodAutoscaler shop/web (2 to 9) scales the workload.
        → Add a rule for /spec/replicas to Application argocd/web.
          docs/rules/TW105.md

Application argocd/cart
    [INFO] TW108 respect-freezes-more: bites on the next deploy, assumed
        · A name with <angles> & "quotes" and an escape \\x1b[2J.
        → Add a rule for /spec/replicas to Application argocd/web.
          docs/rules/TW108.md

Silenced
    - TW104 reset-on-sync on Deployment shop/web (apps/web & co/deploy #1.yaml:7): load test (tugwatch.dev/ignore)

Not valid, and skipped
    - apps/broken.yaml:3: Tabs are not allowed as indentation

Note: 1 document is a Helm template and could not be read.

3 risks (1 critical, 1 warning, 1 info), 1 silenced, 1 workload safe.
`);
  });

  it('says why a workload is safe when asked to', () => {
    const text = renderAuditText(AUDIT, { verbose: true });
    expect(text).toContain('Safe\n    - Deployment shop/api: Git does not declare replicas');
    expect(renderAuditText(AUDIT)).not.toContain('shop/api');
  });

  it('colours by severity only where it was told to', () => {
    expect(renderAuditText(AUDIT)).not.toContain('\u001b');
    expect(renderAuditText(AUDIT, { colour: true })).toContain('\u001b[1m\u001b[31m[CRITICAL]');
  });

  it('wraps sentences at the width of the terminal', () => {
    const lines = renderAuditText({ risks: [risk()], suppressed: [], safe: [] }, { width: 60 }).split('\n');
    expect(
      lines.filter((line) => line.startsWith('          ') || line.includes('·')).every((line) => line.length <= 60),
    ).toBe(true);
    expect(lines.length).toBeGreaterThan(6);
  });

  it('says in one line that nothing was found', () => {
    expect(renderAuditText({ risks: [], suppressed: [], safe: [] })).toBe('No risk, 0 workloads safe.\n');
  });
});
