/** The clusters that are watched as one: what Argo CD's own says for all of them. */
import { describe, expect, it } from 'vitest';
import { Estate } from '../../src/daemon/estate.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { Journal } from '../support/journal.ts';
import { clientOf } from '../support/live.ts';
import { rawConfigMap, rawDeployment } from '../support/raw-objects.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

const DEPLOYMENTS = '/apis/apps/v1/deployments';
const CONFIG_MAPS = '/api/v1/configmaps';
const WORKLOADS = [
  DEPLOYMENTS,
  '/apis/apps/v1/statefulsets',
  '/apis/apps/v1/replicasets',
  '/apis/autoscaling/v2/horizontalpodautoscalers',
  '/api/v1/events',
];

const settings = (key: string, resourceVersion: string) =>
  rawConfigMap({ name: 'argocd-cm', namespace: 'argocd', resourceVersion }, { 'application.instanceLabelKey': key });

describe('the label by which Argo CD marks its objects', () => {
  it('is that of argocd-cm beside Argo CD in every workload cluster too, and follows it there', async () => {
    await using stack = new AsyncDisposableStack();
    const serve = async () => {
      const server = await ScriptedServer.start();
      stack.defer(() => server.close());
      for (const path of [...WORKLOADS, CONFIG_MAPS]) server.collections.set(path, []);
      const client = await clientOf(server.url);
      stack.defer(() => client.close());
      return { server, client };
    };
    const hub = await serve();
    const spoke = await serve();
    hub.server.collections.set(CONFIG_MAPS, [settings('first', '1')]);
    // A workload cluster may have an Argo CD of its own, which has no say about the objects of this one.
    spoke.server.collections.set(CONFIG_MAPS, [settings('theirs', '1')]);
    const labels = { first: 'a', second: 'b', theirs: 'c' };
    spoke.server.collections.set(DEPLOYMENTS, [rawDeployment({ name: 'web', labels }, 3)]);

    const journal = new Journal();
    const estate = new Estate({
      client: hub.client,
      spokes: [{ name: 'prod-eu', knownAs: [], client: spoke.client }],
      timers: new FakeTimers(),
      observe: () => journal.observeAbout,
      warn: journal.warn,
    });
    const running = estate.run(journal.emit);
    stack.defer(() => running);
    stack.defer(() => estate.stop());
    const seen = () =>
      journal
        .upserts()
        .flatMap(({ fact }) => (fact.fact === 'workload' ? [`${fact.ref.cluster} ${fact.tracking.label}`] : []));
    await journal.until(() => seen().at(-1) === 'prod-eu a');
    await hub.server.until(() => hub.server.watchesOn(CONFIG_MAPS) === 2);
    hub.server.tell(CONFIG_MAPS, 'MODIFIED', settings('second', '2'));
    await journal.until(() => seen().at(-1) === 'prod-eu b');
    expect(seen()).not.toContain('prod-eu c');
    expect(spoke.server.requests.map(({ path }) => path)).not.toContain(CONFIG_MAPS);
  });
});
