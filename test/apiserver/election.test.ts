/** Two replicas over one Lease on a real API server: its conflicts and its resourceVersions are what the plan rests on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timingOf } from '../../src/daemon/election-plan.ts';
import { Elector } from '../../src/daemon/elector.ts';
import { LeaseClient } from '../../src/kubernetes/leases.ts';
import { systemTimers } from '../../src/kubernetes/timers.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { RealCluster } from '../support/real-cluster.ts';

let cluster: RealCluster;

beforeAll(async () => {
  cluster = await RealCluster.start();
});

afterAll(() => cluster?.[Symbol.asyncDispose]());

describe('two replicas on a real API server', () => {
  it('never lead both, and the other one leads when the first gives the Lease up', async () => {
    const logger = createLogger({ format: 'json', level: 'silent' });
    const electors: Elector[] = [];
    for (const identity of ['one', 'two']) {
      const lease = new LeaseClient(await cluster.client(), 'tugwatch', 'tugwatch');
      electors.push(new Elector({ lease, identity, timing: timingOf(15), timers: systemTimers, logger }));
    }
    const leaders = () => electors.filter((elector) => elector.leads());
    let most = 0;
    const look = () => {
      most = Math.max(most, leaders().length);
    };
    for (const elector of electors) elector.onTurn(look);
    for (const elector of electors) void elector.run();
    try {
      const first = await eventually('one leads', () => leaders()[0], 90_000);
      await first.release(10_000);
      const second = await eventually('the other one leads', () => leaders()[0], 90_000);
      expect(second.identity).not.toBe(first.identity);
      expect(most).toBe(1);
      const client = await cluster.client();
      const lease = await client.get('/apis/coordination.k8s.io/v1/namespaces/tugwatch/leases/tugwatch');
      expect(lease).toMatchObject({ spec: { holderIdentity: second.identity, leaseDurationSeconds: 15 } });
    } finally {
      for (const elector of electors) await elector.release(10_000);
    }
  });
});
