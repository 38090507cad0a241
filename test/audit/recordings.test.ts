import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Audit, runAudit } from '../../src/audit/audit.ts';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import { ReplaySource } from '../../src/recording/replay-source.ts';

const RECORDINGS = new URL('../../../shared/recordings/', import.meta.url);

interface Expected {
  readonly risks: readonly string[];
  readonly safe?: boolean;
}

// A clone without the recordings still has all the other tests.
const present = existsSync(new URL('expected.json', RECORDINGS));
const expected: { readonly [name: string]: Expected } = present
  ? JSON.parse(readFileSync(new URL('expected.json', RECORDINGS), 'utf8'))
  : {};
const names = Object.keys(expected).filter((name) => existsSync(new URL(`${name}.ndjson.gz`, RECORDINGS)));

/** The audit of what stands at the end of a recording. */
async function auditEnd(name: string): Promise<Audit> {
  const model = new ClusterModel();
  let now = 0;
  const source = new ReplaySource([new URL(`${name}.ndjson.gz`, RECORDINGS).pathname], {
    onTime: (at) => {
      now = at;
    },
  });
  await source.run((change) => void model.apply(change));
  return runAudit({ model, jq: await loadJqEngine(), now });
}

describe.runIf(present)('the audit at the end of each recording of a real control plane', () => {
  it.each(names)('finds in %s what is at risk, and nothing else', async (name) => {
    const found = await auditEnd(name);
    const wanted = expected[name];
    expect(found.risks.map((risk) => risk.rule)).toEqual(wanted?.risks);
    if (wanted?.safe === true) expect(found.safe).toHaveLength(1);
    for (const risk of found.risks) expect(risk.remedy.steps.length).toBeGreaterThan(0);
  });
});

describe.runIf(existsSync(new URL('cluster.ndjson.gz', RECORDINGS)))('the audit of the whole recorded cluster', () => {
  let found: Audit;
  beforeAll(async () => {
    found = await auditEnd('cluster');
  });

  it('finds the union of what its parts have, each at its own workload', () => {
    const applications = new Set([...found.risks, ...found.safe].map((each) => each.workload.namespace));
    for (const namespace of applications) {
      const rules = found.risks.filter((risk) => risk.workload.namespace === namespace).map((risk) => risk.rule);
      expect({ namespace, rules }).toEqual({ namespace, rules: expected[namespace]?.risks ?? [] });
    }
    expect(found.risks.length).toBeGreaterThan(8);
  });
});
