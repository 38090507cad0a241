import { describe, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import type { Report } from '../../src/report/schema.ts';

/** A Deployment that declares replicas, beside an HPA for it. */
const fightIn = (namespace: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${namespace} }
spec: { replicas: 3 }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: ${namespace} }
spec: { minReplicas: 2, maxReplicas: 9, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } }
`;

async function auditOf(text: string, flags: Parameters<typeof audit>[1]): Promise<{ code: number; report: Report }> {
  const printed: string[] = [];
  const stdin = (async function* () {
    yield Buffer.from(text);
  })();
  const code = await audit(
    ['-'],
    { ...flags, output: 'json', verbose: true },
    {
      stdin,
      stdout: { write: (chunk) => printed.push(String(chunk)) > 0 },
      stderr: { write: () => true },
      env: {},
      now: () => 0,
      monotonic: () => 0,
      signal: new AbortController().signal,
    },
  );
  return { code, report: JSON.parse(printed.join('')) as Report };
}

describe('tugwatch audit of manifests', () => {
  const input = `${fightIn('shop')}---${fightIn('office')}`;
  const found = (report: Report) => report.risks.map((risk) => risk.workload?.namespace).sort();

  it('is about all namespaces', async () => {
    expect(found((await auditOf(input, {})).report)).toEqual(['office', 'shop']);
  });

  it('is about one namespace where one is asked for, and so is its exit code', async () => {
    const shop = await auditOf(input, { namespace: 'shop', failOn: 'risk' });
    expect([shop.code, found(shop.report)]).toEqual([1, ['shop']]);
    const elsewhere = await auditOf(input, { namespace: 'elsewhere', failOn: 'risk' });
    expect([elsewhere.code, found(elsewhere.report), elsewhere.report.safe]).toEqual([0, [], []]);
  });

  it.each([
    ['nothing at all, as of a pipe whose first half failed', ''],
    ['no object', 'name: web\nreplicas: 3\n'],
    ['no YAML', 'a: ['],
  ])('refuses input that holds %s: what was not read is not safe', async (_what, text) => {
    await expect(auditOf(text, {})).rejects.toThrow(
      'No Kubernetes object was found in standard input: nothing has been audited.',
    );
  });
});
