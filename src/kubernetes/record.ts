/** Takes the raw streams of a live cluster down, so that they can be replayed: what `tugwatch record` does. */
import type { Json } from '../model/facts.ts';
import type { KubeClient } from './client.ts';
import { LiveSource } from './live-source.ts';
import type { RawLine } from './object-feed.ts';
import { digestOf } from './projections/digest.ts';
import { LAST_APPLIED } from './projections/metadata.ts';
import { asObject, type JsonObject, textAt } from './projections/read-json.ts';
import type { ReflectorEvent } from './reflector-events.ts';
import type { WatchedResource } from './resources.ts';
import { systemTimers, type Timers } from './timers.ts';

/** Where lines go: RecordingWriter of src/recording/write.ts, which also keeps Secrets, env and Helm values out. */
export interface RecordingSink {
  append(line: {
    readonly at: string;
    readonly apiVersion: string;
    readonly resource: string;
    readonly type: RawLine['type'];
    readonly object: JsonObject;
  }): Promise<void>;
  /** Completes the file under its name. */
  close(): Promise<void>;
  /** Leaves no file behind. */
  abort(): Promise<void>;
}

export interface RecordOptions {
  readonly client: KubeClient;
  readonly sink: RecordingSink;
  /** Milliseconds; null records until `signal`. */
  readonly durationMs: number | null;
  readonly namespace?: string | undefined;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  readonly resources?: readonly WatchedResource[] | undefined;
  readonly timers?: Timers | undefined;
  readonly observe?: ((about: string, event: ReflectorEvent) => void) | undefined;
  readonly warn?: ((message: string) => void) | undefined;
  /** After every line, for a progress display. */
  readonly progress?: ((lines: number) => void) | undefined;
}

export interface RecordResult {
  readonly lines: number;
  /** False when it ended before every mandatory kind was listed: nothing can be concluded from such a file, so none is left. */
  readonly kept: boolean;
}

/** Records until the time is up or `signal` aborts. Rejects when the sink fails; then no file is left. */
export async function recordCluster(options: RecordOptions): Promise<RecordResult> {
  const { client, sink, durationMs, signal } = options;
  const timers = options.timers ?? systemTimers;
  const done = new AbortController();
  let lines = 0;
  let failure: unknown = null;
  let last: Promise<void> = Promise.resolve();
  const source = new LiveSource({
    client,
    timers,
    namespace: options.namespace,
    resources: options.resources,
    observe: options.observe,
    warn: options.warn,
    tap: ({ apiVersion, resource }, { type, object }) => {
      const at = new Date(timers.now()).toISOString();
      const safe = safeOrNull(object);
      if (safe === null) {
        options.warn?.(`${resource}: ${nameOf(object)} is nested too deep to be recorded, and is left out`);
        return;
      }
      last = sink.append({ at, apiVersion, resource, type, object: safe }).catch((error: unknown) => {
        failure ??= error;
        done.abort();
      });
      lines += 1;
      options.progress?.(lines);
    },
    // A disk slower than the API server must not fill the memory with lines.
    pace: () => last,
  });
  try {
    const running = source.run(() => {});
    running.catch(() => done.abort());
    await waitFor(durationMs, AbortSignal.any([signal, done.signal]), timers);
    const kept = source.ready();
    await source.stop();
    await running;
    await last;
    if (failure !== null) throw failure;
    await (kept ? sink.close() : sink.abort());
    return { lines, kept };
  } catch (error) {
    await source.stop();
    await sink.abort();
    throw error;
  }
}

async function waitFor(durationMs: number | null, signal: AbortSignal, timers: Timers): Promise<void> {
  if (durationMs !== null) return timers.sleep(durationMs, signal);
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Settings of Argo CD that verdicts hang on. Whatever else a ConfigMap holds (OIDC, webhooks) is nobody's business. */
const PLAIN_SETTINGS = /^(application\.|resource\.|timeout\.|controller\.|server\.|installationID$)/;
/** 'https://user:token@host' in a repository's address. */
const CREDENTIALS_IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/@\s"]+@/gi;

/** null: nested so deep (the API server takes ten thousand levels) that the stack does not suffice to walk it. */
function safeOrNull(object: JsonObject): JsonObject | null {
  try {
    return withoutCredentials(object);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function nameOf(object: JsonObject): string {
  const namespace = textAt(object, 'metadata', 'namespace');
  const name = textAt(object, 'metadata', 'name');
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** An object without the settings that no verdict needs and without credentials in addresses. */
export function withoutCredentials(raw: JsonObject): JsonObject {
  const object = hideCredentials(raw) as JsonObject;
  if (object['kind'] !== 'ConfigMap') return object;
  const { binaryData: _, ...rest } = object;
  const data = asObject(rest['data']);
  return data === undefined
    ? rest
    : { ...rest, data: hideSettings(data), metadata: withoutManifests(rest['metadata']) };
}

/** last-applied repeats the data. */
function withoutManifests(metadata: Json | undefined): Json {
  const object = asObject(metadata) ?? {};
  const annotations = Object.entries(asObject(object['annotations']) ?? {});
  const kept = annotations.map(([key, value]) => [key, key === LAST_APPLIED ? digestOf(value) : value]);
  return { ...object, annotations: Object.fromEntries(kept) };
}

function hideSettings(data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, PLAIN_SETTINGS.test(key) ? value : digestOf(value)]),
  );
}

function hideCredentials(value: Json): Json {
  if (typeof value === 'string') return value.includes('@') ? value.replace(CREDENTIALS_IN_URL, '$1') : value;
  if (Array.isArray(value)) return value.map(hideCredentials);
  const object = asObject(value);
  if (object === undefined) return value;
  return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, hideCredentials(member)]));
}
