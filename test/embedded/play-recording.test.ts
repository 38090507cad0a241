import { describe, expect, it } from 'vitest';
import { serveRecording } from '../../src/embedded/http/serve-recording.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import { playRecording } from '../../src/embedded/play-recording.ts';
import { Random } from '../../src/embedded/random.ts';
import { Store, type StoreEvent } from '../../src/embedded/store.ts';
import type { ReadLine } from '../../src/recording/format.ts';
import { RecordingReader } from '../../src/recording/read.ts';
import { noRecordings, recordedVersions, recordingPath } from '../support/recordings.ts';
import { START } from './virtual-cluster.ts';

const DEPLOYMENT = kindOf('apps/v1', 'Deployment');

/** Plays with a clock that only waiting moves. */
async function play(
  batches: AsyncIterable<readonly ReadLine[]> | AsyncIterable<never>,
  speed: number,
  signal = new AbortController().signal,
) {
  let now = START;
  const store = new Store({ now: () => now, random: new Random(1) });
  const events: StoreEvent[] = [];
  store.subscribe((event) => events.push(event));
  const wait = async (milliseconds: number) => {
    now += milliseconds;
  };
  const played = await playRecording({ store, batches, speed, now: () => now, wait, signal });
  return { store, events, played, passed: now - START };
}

async function* lines(...all: ReadLine[]): AsyncGenerator<readonly ReadLine[]> {
  yield all;
}

function line(seconds: number, type: ReadLine['type'], name: string, replicas = 1): ReadLine {
  const at = Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;
  const object = {
    metadata: { name, namespace: 'shop', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { replicas },
  };
  return {
    at,
    apiVersion: 'apps/v1',
    resource: 'deployments',
    type,
    object: type === 'SYNCED' ? {} : object,
    kept: null,
  };
}

describe('a recording that is played back', () => {
  it('takes as long as it took, divided by the speed, and moves its times to now', async () => {
    const { events, passed } = await play(
      lines(line(0, 'ADDED', 'web'), line(0, 'SYNCED', ''), line(60, 'MODIFIED', 'web', 3)),
      10,
    );
    expect(passed).toBe(6_000);
    expect(events.map((event) => [event.type, event.at - START])).toEqual([
      ['ADDED', 0],
      ['MODIFIED', 6_000],
    ]);
    expect(events[0]?.object.metadata.creationTimestamp).toBe(`${new Date(START).toISOString().slice(0, 19)}Z`);
  });

  it('takes for gone what a second list leaves out', async () => {
    const first = [line(0, 'ADDED', 'api'), line(0, 'ADDED', 'web'), line(0, 'SYNCED', '')];
    const second = [line(9, 'MODIFIED', 'api', 2), line(60, 'ADDED', 'api', 3), line(60, 'SYNCED', '')];
    const { store } = await play(lines(...first, ...second), 1);
    expect(store.list(DEPLOYMENT).map((object) => object.metadata.name)).toEqual(['api']);
  });

  it('skips kinds that are not served, and says how many lines', async () => {
    const strange = { ...line(0, 'ADDED', 'x'), resource: 'gadgets' };
    expect((await play(lines(strange, line(0, 'ADDED', 'web')), 1)).played).toEqual({ lines: 1, skipped: 1 });
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    abort.abort();
    expect((await play(lines(line(0, 'ADDED', 'web')), 1, abort.signal)).events).toEqual([]);
  });

  it.skipIf(noRecordings)('ends with the objects that the recording ends with', async () => {
    const reader = new RecordingReader([recordingPath('window')]);
    const { store, events } = await play(reader.batches() as AsyncIterable<readonly ReadLine[]>, 1_000);
    const last = recordedVersions('window', 'deployments').at(-1)?.object as {
      spec: unknown;
      metadata: { managedFields: object[] };
    };
    const live = store.get(DEPLOYMENT, 'window', 'window');
    expect(live?.spec).toEqual(last.spec);
    expect(live?.metadata.managedFields).toHaveLength(last.metadata.managedFields.length);
    expect(events.length).toBeGreaterThan(150);
  });
});

it.skipIf(noRecordings)('is served over the protocol, to be listed and watched', async () => {
  const abort = new AbortController();
  const { server, played } = await serveRecording({
    paths: [recordingPath('jqbad')],
    speed: 100_000,
    signal: abort.signal,
  });
  try {
    expect((await played).lines).toBeGreaterThan(50);
    const response = await fetch(`${server.url}/apis/argoproj.io/v1alpha1/applications`);
    const list = (await response.json()) as {
      items: { metadata: { name: string }; status: { sync: { status: string } } }[];
    };
    expect(list.items.map((item) => [item.metadata.name, item.status.sync.status])).toEqual([['jqbad', 'Unknown']]);
  } finally {
    abort.abort();
    await server.close();
  }
});
