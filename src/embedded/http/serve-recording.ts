/** Serves a recording over the Kubernetes protocol, as if its cluster lived now. */
import { setTimeout as delay } from 'node:timers/promises';
import { RecordingReader } from '../../recording/read.ts';
import { type Played, playRecording } from '../play-recording.ts';
import { Random } from '../random.ts';
import { Store } from '../store.ts';
import { type ApiServer, startApiServer } from './api-server.ts';

export interface ServeRecordingOptions {
  /** .ndjson, .ndjson.gz; several are parts of one stream. */
  readonly paths: readonly string[];
  /** 10: ten recorded seconds in one. */
  readonly speed: number;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Ends the playing; the server stays until it is closed. */
  readonly signal: AbortSignal;
}

export interface ServedRecording {
  readonly server: ApiServer;
  /** Resolves when the recording has ended. Rejects with RecordingError when a file cannot be used. */
  readonly played: Promise<Played>;
}

export async function serveRecording(options: ServeRecordingOptions): Promise<ServedRecording> {
  const now = () => Date.now();
  const store = new Store({ now, random: new Random(1) });
  const server = await startApiServer({ store, now, port: options.port ?? 0 });
  const { speed, signal } = options;
  const wait = async (milliseconds: number) => {
    await delay(milliseconds, undefined, { signal }).catch(() => undefined);
  };
  const batches = new RecordingReader(options.paths).batches();
  return { server, played: playRecording({ store, batches, speed, now, wait, signal }) };
}
