/** What a Secret holds is read, turned into digests, and gone. */
import { expect, it, vi } from 'vitest';
import { StreamDecoder } from '../../src/kubernetes/decode/stream-decoder.ts';
import { LiveSource } from '../../src/kubernetes/live-source.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { Journal } from '../support/journal.ts';
import { clientOf } from '../support/live.ts';
import { rawConfigMap } from '../support/raw-objects.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

it('of a Secret under the lens no text is held to compare the next one with, as it is of other objects', async () => {
  const server = await ScriptedServer.start();
  const client = await clientOf(server.url);
  const journal = new Journal();
  const held = vi.spyOn(StreamDecoder.prototype, 'decode');
  const timers = new FakeTimers();
  const source = new LiveSource({ client, timers, resources: [], observe: journal.observeAbout, warn: journal.warn });
  const running = source.run(journal.emit);
  try {
    for (const kind of ['Secret', 'ConfigMap']) {
      const path = `/api/v1/namespaces/shop/${kind.toLowerCase()}s`;
      const object = (password: string, resourceVersion: string) => ({
        ...rawConfigMap({ name: 'web', resourceVersion }, { password }),
        kind,
      });
      server.serve('v1', { name: `${kind.toLowerCase()}s`, kind });
      server.collections.set(path, [object('hunter1', '1')]);
      source.requestLens({
        action: 'open',
        ref: { apiVersion: 'v1', kind, namespace: 'shop', name: 'web' },
        reason: '',
      });
      await server.until(() => server.watchesOn(path) === 1);
      server.tell(path, 'MODIFIED', object('hunter2', '2'));
      const seen = () =>
        journal.upserts().flatMap(({ fact }) => (fact.fact === 'lens' && fact.ref.kind === kind ? [fact] : []));
      await journal.until(() => seen().length === 2);
      const values = seen().map(({ leaves }) => leaves.get('/data/password'));
      if (kind === 'ConfigMap') expect(values).toEqual(['hunter1', 'hunter2']);
      else for (const value of values) expect(value).toMatch(/^sha256:/);
    }
    const kinds = held.mock.calls.map(([bytes]) => /"kind":"(\w+)"/.exec(bytes.toString())?.[1]);
    expect(kinds).toContain('ConfigMap');
    expect(kinds).not.toContain('Secret');
  } finally {
    await source.stop();
    await running;
    await client.close();
    await server.close();
    held.mockRestore();
  }
});
