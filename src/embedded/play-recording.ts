/**
 * Plays a recording back into a store, at a chosen speed and as if it happened now: served over HTTP, `tugwatch run`
 * can be tried against it.
 */
import type { ReadLine, RecordingLine } from '../recording/format.ts';
import { isList, isObject, type JsonValue } from './json.ts';
import { findResource, type KindInfo } from './kinds.ts';
import { type KubeObject, namespaceOf } from './objects.ts';
import type { Store } from './store.ts';

export interface PlayOptions {
  readonly store: Store;
  /** Lines in order of time, in batches (RecordingReader.batches). */
  readonly batches: AsyncIterable<readonly RecordingLine[]>;
  /** 10: ten recorded seconds in one. Infinity: as fast as it goes. */
  readonly speed: number;
  /** The present, ms since the epoch. */
  readonly now: () => number;
  /** Resolves after so many ms, or when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Played {
  /** Lines that were put into the store. */
  readonly lines: number;
  /** Lines of kinds that are not served. */
  readonly skipped: number;
}

const AUTHOR = { manager: 'recording', actor: 'recording' };

/** Resolves when the recording has ended or the signal aborts. */
export async function playRecording(options: PlayOptions): Promise<Played> {
  const { now, wait, signal, speed } = options;
  const player = new Player(options.store);
  let clock: { readonly first: number; readonly begin: number } | undefined;
  for await (const batch of options.batches) {
    for (const line of batch) {
      if (signal.aborted) return player.played;
      clock ??= { first: line.at, begin: now() };
      const { first, begin } = clock;
      const shift = (at: number) => begin + (at - first) / speed;
      const early = shift(line.at) - now();
      if (early > 1) await wait(early, signal);
      if (line.type !== 'PASSED') player.take(line, shift);
    }
  }
  return player.played;
}

class Player {
  readonly #store: Store;
  readonly #lists = new Map<KindInfo, ListRun>();
  #lines = 0;
  #skipped = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  get played(): Played {
    return { lines: this.#lines, skipped: this.#skipped };
  }

  take(line: ReadLine, shift: (at: number) => number): void {
    const slash = line.apiVersion.indexOf('/');
    const info = findResource(slash < 0 ? '' : line.apiVersion.slice(0, slash), line.resource);
    if (info === undefined) {
      this.#skipped += 1;
      return;
    }
    this.#lines += 1;
    const run = this.#lists.get(info) ?? { named: new Set<string>(), closed: false };
    this.#lists.set(info, run);
    if (line.type === 'SYNCED') this.#closeList(info, run);
    if (line.type !== 'ADDED' && line.type !== 'MODIFIED' && line.type !== 'DELETED') return;
    const { apiVersion, kind } = info;
    const object = { ...(shiftTimes(line.object as JsonValue, shift) as unknown as KubeObject), apiVersion, kind };
    if (line.type === 'ADDED') run.named.add(`${namespaceOf(object)}/${object.metadata.name}`);
    else run.named.clear();
    this.#store.place(line.type === 'DELETED' ? 'DELETED' : 'SET', object, AUTHOR);
  }

  /** A second list tells by what it leaves out: that is gone. */
  #closeList(info: KindInfo, run: ListRun): void {
    if (run.closed) {
      for (const object of this.#store.list(info)) {
        if (!run.named.has(`${namespaceOf(object)}/${object.metadata.name}`))
          this.#store.place('DELETED', object, AUTHOR);
      }
    }
    run.closed = true;
    run.named.clear();
  }
}

interface ListRun {
  /** namespace/name of the ADDED lines since the last event of another type. */
  readonly named: Set<string>;
  closed: boolean;
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** Moves every time in an object to where it lies in this playing; names and texts stay. */
function shiftTimes(value: JsonValue, shift: (at: number) => number): JsonValue {
  if (typeof value === 'string') return TIME.test(value) ? shiftTime(value, shift) : value;
  if (isList(value)) return value.map((item) => shiftTimes(item, shift));
  if (!isObject(value)) return value;
  const shifted: Record<string, JsonValue> = {};
  for (const key in value) shifted[key] = shiftTimes(value[key] ?? null, shift);
  return shifted;
}

function shiftTime(text: string, shift: (at: number) => number): string {
  const moved = new Date(shift(Date.parse(text))).toISOString();
  return text.includes('.') ? moved : `${moved.slice(0, 19)}Z`;
}
