/** The checkpoint in a ConfigMap of the embedded cluster: what two writers, a full cluster and a broken content do to it. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointConfigMap, placeOf } from '../../src/daemon/checkpoint-config-map.ts';
import { fitCheckpoint, MOST_BYTES } from '../../src/daemon/checkpoint-fit.ts';
import type { StoredCheckpoint } from '../../src/daemon/checkpoint-sections.ts';
import { ALONE } from '../../src/daemon/leadership.ts';
import { leadingClient } from '../../src/daemon/leading-client.ts';
import { takeCheckpoint } from '../../src/detect/checkpoint.ts';
import { type ApiServer, startApiServer } from '../../src/embedded/http/api-server.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import { Random } from '../../src/embedded/random.ts';
import { Store } from '../../src/embedded/store.ts';
import { createClient, type WritingClient } from '../../src/kubernetes/client.ts';
import { KubeRequestError } from '../../src/kubernetes/errors.ts';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { Story } from '../support/story.ts';

const CONFIG_MAP = kindOf('v1', 'ConfigMap');
const PLACE = { namespace: 'tugwatch', name: 'tugwatch-checkpoint' };
const jq = await loadJqEngine();

/** Taken in the middle of a fight. */
const fought = (): StoredCheckpoint =>
  JSON.parse(JSON.stringify(new Story().fight(3, 15).watchedBy(jq).detector.checkpoint()));
const empty = (at: number) => takeCheckpoint({ records: [], tracks: [], heals: [], notices: [] }, at);

let store: Store;
let server: ApiServer;
let client: WritingClient;
let warned: string[];
const open = () => new CheckpointConfigMap({ client, place: PLACE, warn: (message) => warned.push(message) });

beforeEach(async () => {
  warned = [];
  store = new Store({ now: Date.now, random: new Random(1) });
  server = await startApiServer({ store, now: Date.now });
  client = await createClient({ version: 'test', server: server.url, env: {} });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

describe('the checkpoint in a ConfigMap', () => {
  it('is read back by another process as it was written, time after time', async () => {
    const writer = open();
    expect(await writer.read()).toBeNull();
    const checkpoint = { ...fought(), sections: { messages: ['a', 'b'] } };
    await writer.write(empty(1));
    await writer.write(checkpoint);
    expect(await open().read()).toEqual(checkpoint);
    expect(warned).toEqual([]);
  });

  it('is not written over by one who has not read what another wrote', async () => {
    const [one, other] = [open(), open()];
    await one.write(empty(1));
    await other.read();
    await one.write(empty(2));
    await expect(other.write(empty(3))).rejects.toMatchObject({ error: { kind: 'conflict' } });
    expect(await other.read()).toMatchObject({ at: 2 });
    await other.write(empty(3));
    expect(await one.read()).toMatchObject({ at: 3 });
  });

  it('is gone on from where an answer was lost: that was no writing of somebody else', async () => {
    const lost = { answers: false };
    const lossy: WritingClient = {
      ...leadingClient(client, ALONE),
      send: async (method, path, options) => {
        const answer = await client.send(method, path, options);
        if (lost.answers) throw new KubeRequestError({ kind: 'network', message: 'no answer' });
        return answer;
      },
    };
    const writer = new CheckpointConfigMap({ client: lossy, place: PLACE, warn: () => {} });
    await writer.write(empty(1));
    lost.answers = true;
    await expect(writer.write(empty(2))).rejects.toThrow('no answer');
    // Now it meets what was stored, which is its own.
    await expect(writer.write(empty(3))).rejects.toThrow('no answer');
    lost.answers = false;
    await writer.write(empty(4));
    expect(await open().read()).toMatchObject({ at: 4 });
    // What somebody else wrote meanwhile is not.
    lost.answers = true;
    await expect(writer.write(empty(5))).rejects.toThrow('no answer');
    const other = open();
    await other.read();
    await other.write(empty(6));
    lost.answers = false;
    await expect(writer.write(empty(7))).rejects.toMatchObject({ error: { kind: 'conflict' } });
    expect(await open().read()).toMatchObject({ at: 6 });
  });

  it('is made by one of two who find none, and made anew when somebody deleted it', async () => {
    const [one, other] = [open(), open()];
    await one.write(empty(1));
    await expect(other.write(empty(2))).rejects.toMatchObject({ error: { kind: 'conflict' } });
    store.delete(CONFIG_MAP, PLACE.namespace, PLACE.name, { manager: 'kubectl' });
    await one.write(empty(3));
    expect(await open().read()).toMatchObject({ at: 3 });
  });

  it('leaves alone what others have put beside it', async () => {
    const writer = open();
    await writer.write(empty(1));
    const found = store.get(CONFIG_MAP, PLACE.namespace, PLACE.name);
    if (found === undefined) throw new Error('it was not written');
    store.update({ ...found, data: { note: 'ours' } }, { manager: 'kubectl' });
    await writer.read();
    await writer.write(empty(2));
    expect(store.get(CONFIG_MAP, PLACE.namespace, PLACE.name)).toMatchObject({ data: { note: 'ours' } });
  });

  it.each([
    ['is no gzip', Buffer.from('{}').toString('base64')],
    ['is cut off', 'H4sIAAAAAAAAA6tWKk7OSM1NVLJSKi0qTyxJztBLzs9JLEo'],
  ])('is refused in one sentence where it %s, and can be written again', async (_what, content) => {
    store.create(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...PLACE },
        binaryData: { 'checkpoint.json.gz': content },
      },
      { manager: 'kubectl' },
    );
    const broken = open();
    await expect(broken.read()).rejects.toThrow(
      'the checkpoint in ConfigMap tugwatch/tugwatch-checkpoint is no JSON in gzip',
    );
    await broken.write(empty(5));
    expect(await open().read()).toMatchObject({ at: 5 });
  });

  it('goes without what is missed least where it is too large, and says so once', async () => {
    const noise = () => randomBytes(1_000).toString('base64');
    const checkpoint = fought();
    const [track] = checkpoint.tracks;
    if (track === undefined) throw new Error('nothing was written in the story');
    const quiet = Array.from({ length: 1_500 }, (_, index) => ({
      ...track,
      ref: { ...track.ref, name: `quiet-${index}` },
      uid: noise(),
    }));
    const large = { ...checkpoint, tracks: [...checkpoint.tracks, ...quiet], sections: { messages: ['a'] } };
    const writer = open();
    await writer.write(large);
    await writer.write(large);
    expect(warned).toEqual([
      'the checkpoint is too large for ConfigMap tugwatch/tugwatch-checkpoint and goes without the last writes of fields that nobody fights over',
    ]);
    const read = (await open().read()) as StoredCheckpoint;
    expect(read).toEqual({ ...checkpoint, sections: { messages: ['a'] } });
  });

  it('never gives up what was told to whom, and says so when even that is too large', async () => {
    const sections = { messages: randomBytes(MOST_BYTES + 1_000).toString('base64') };
    await expect(fitCheckpoint({ ...fought(), sections })).rejects.toThrow(/is the most that fits/);
    const { dropped } = await fitCheckpoint({ ...fought(), sections: { messages: ['a'] } }, 10_000_000);
    expect(dropped).toEqual([]);
  });
});

describe('the place of that ConfigMap', () => {
  it('is named whole, or by a name beside the pod', () => {
    expect(placeOf('ops/state', 'tugwatch')).toEqual({ namespace: 'ops', name: 'state' });
    expect(placeOf('state', 'tugwatch')).toEqual({ namespace: 'tugwatch', name: 'state' });
    expect(() => placeOf('state', '')).toThrow('checkpointConfigMap state names no namespace, and this is no pod');
  });
});
