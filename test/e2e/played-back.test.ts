/** A recording that an API server plays back, recorded anew over the protocol, says what the first one said. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startApiServer } from '../../src/embedded/http/api-server.ts';
import { playRecording } from '../../src/embedded/play-recording.ts';
import { Random } from '../../src/embedded/random.ts';
import { Store } from '../../src/embedded/store.ts';
import { systemTimers } from '../../src/kubernetes/timers.ts';
import { RecordingReader } from '../../src/recording/read.ts';
import { type Report, reportSchema } from '../../src/report/schema.ts';
import { eventually } from '../support/eventually.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';
import { TugwatchProcess } from '../support/tugwatch-process.ts';

/** Seven minutes in twenty seconds: the heals stay seconds apart, so their times still tell them apart. */
const SPEED = 20;

async function replayOf(file: string): Promise<Report> {
  await using replay = new TugwatchProcess(['replay', file, '-o', 'json']);
  expect(await replay.exited).toEqual({ code: 0, signal: null });
  return reportSchema.parse(JSON.parse(replay.stdout));
}

/** What does not depend on the pace. */
function gist({ conflicts }: Report): unknown {
  return conflicts.map(({ id, kind, workload, field, application, contenders, state, reversals, impact }) => {
    const { podsCreated, podsDeleted, lowest, wanted } = impact;
    const moved = { podsCreated, podsDeleted, lowest, wanted };
    return { id, kind, workload, field, application, contenders, state, reversals, moved };
  });
}

it.skipIf(noRecordings)(
  'played back over the protocol, a recording tells of the same conflicts',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tugwatch-played-'));
    const store = new Store({ now: () => Date.now(), random: new Random(1) });
    await using server = await startServer(store);
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, server.kubeconfig);
    const file = join(directory, 'again.ndjson');

    // The first list is what lies there when the recorder comes; time stands still until it watches.
    const listed = Promise.withResolvers<void>();
    let watched = false;
    let stood = 0;
    const playing = playRecording({
      store,
      batches: new RecordingReader([recordingPath('window')]).batches(),
      speed: SPEED,
      now: () => Date.now() - stood,
      wait: async (ms, signal) => {
        if (!watched) {
          const began = Date.now();
          listed.resolve();
          await eventually('the recorder watches', () => server.watches() >= 10);
          watched = true;
          stood = Date.now() - began;
        }
        await systemTimers.sleep(ms, signal);
      },
      signal: new AbortController().signal,
    });
    await listed.promise;
    await using recorder = new TugwatchProcess(['record', '-o', file, '--kubeconfig', kubeconfig]);
    const played = await playing;
    expect(played.lines).toBeGreaterThan(100);
    // The last event is on its way: a bookmark of the server's would come after it, the end of its watches does.
    server.dropWatches();
    await eventually('it watches again', () => server.watches() >= 10);
    recorder.kill('SIGINT');
    expect(await recorder.exited).toEqual({ code: 0, signal: null });

    const [first, again] = await Promise.all([replayOf(recordingPath('window')), replayOf(file)]);
    expect(first.conflicts).not.toEqual([]);
    expect(gist(again)).toEqual(gist(first));
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  },
  55_000,
);

async function startServer(store: Store) {
  const server = await startApiServer({ store, now: () => Date.now() });
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}
