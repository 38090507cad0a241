/** The zoom: watches on single objects of any kind, opened while a suspicion about them lasts. */
import type { Change, Json, LensFact } from '../model/facts.ts';
import type { LensRequest } from '../model/ports.ts';
import { displayRef, keyOf } from '../model/refs.ts';
import type { KubeClient } from './client.ts';
import { WHOLE } from './decode/shape.ts';
import { discoverKind, watchedResourceOf } from './discovery.ts';
import { KubeRequestError } from './errors.ts';
import { PROBE_UNAVAILABLE_MS } from './plan-reconnect.ts';
import { Reflector } from './reflector.ts';
import type { ReflectorEvent } from './reflector-events.ts';
import { resourceOfKind, type WatchedResource } from './resources.ts';
import type { Timers } from './timers.ts';

export interface LensWatchesOptions {
  readonly client: KubeClient;
  readonly timers: Timers;
  readonly decode: (raw: Json, resource: WatchedResource) => LensFact | null;
  readonly emit: (change: Change) => void;
  /** `about` names the object: 'lens on ConfigMap shop/flags'. */
  readonly observe: (about: string, event: ReflectorEvent) => void;
  /** Why a request was not granted, in one sentence. */
  readonly refuse: (message: string) => void;
  /** Fatal: what a consumer of the changes threw. */
  readonly crash: (error: unknown) => void;
}

/** Each is a connection: a cluster that fights everywhere must not cost the watches that see it. */
export const MAX_LENSES = 20;
const SAFE_NAME = /^[A-Za-z0-9]([A-Za-z0-9.:_-]*[A-Za-z0-9])?$/;

/** An open lens: its end, and what resolves when nothing of it runs any more. */
interface Lens {
  readonly closing: AbortController;
  readonly done: Promise<void>;
}

export class LensWatches {
  readonly #options: LensWatchesOptions;
  readonly #open = new Map<string, Lens>();
  /** Lenses that were closed and are still hanging up. */
  readonly #ending = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: LensWatchesOptions) {
    this.#options = options;
  }

  /** Opening twice is opening once; closing what is not open is nothing. Never throws. */
  request({ action, ref }: LensRequest): void {
    const key = keyOf(ref);
    const lens = this.#open.get(key);
    if (action === 'close') {
      if (lens === undefined) return;
      this.#open.delete(key);
      lens.closing.abort();
      this.#ending.add(lens.done);
      void lens.done.then(() => this.#ending.delete(lens.done));
      return;
    }
    if (lens !== undefined || this.#stopped) return;
    const about = `lens on ${displayRef(ref)}`;
    if (!SAFE_NAME.test(ref.name) || (ref.namespace !== '' && !SAFE_NAME.test(ref.namespace))) {
      this.#options.refuse(`${about} not opened: that is no name an object can have`);
    } else if (this.#open.size >= MAX_LENSES) {
      this.#options.refuse(`${about} not opened: ${MAX_LENSES} are open already`);
    } else {
      const closing = new AbortController();
      const done = this.#watch(ref, about, closing.signal).catch(this.#options.crash);
      this.#open.set(key, { closing, done });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { closing } of this.#open.values()) closing.abort();
    await Promise.all([...[...this.#open.values()].map(({ done }) => done), ...this.#ending]);
    this.#open.clear();
  }

  async #watch(ref: LensRequest['ref'], about: string, signal: AbortSignal): Promise<void> {
    const { client, timers, decode, emit, observe } = this.#options;
    const resource = await this.#resolve(ref, about, signal);
    if (resource === null || signal.aborted) return;
    const reflector = new Reflector({
      client,
      timers,
      // Texts are held to compare the next one with: not those of Secrets.
      target: { resource, namespace: ref.namespace, shape: ref.kind === 'Secret' ? undefined : WHOLE },
      decode: (raw) => decode(raw, resource),
      // A lens is about one object: that its watch is synced or interrupted says nothing of a kind.
      emit: (change) => {
        if (change.type === 'upsert' || change.type === 'delete') emit(change);
      },
      observe: (event) => observe(about, event),
    });
    const stop = () => void reflector.stop();
    signal.addEventListener('abort', stop, { once: true });
    await reflector.run();
  }

  /**
   * The kind as it is called in a URL, asked of the server where no watch tells, until it answers; null when the lens was
   * closed meanwhile.
   */
  async #resolve(ref: LensRequest['ref'], about: string, signal: AbortSignal): Promise<WatchedResource | null> {
    const known = resourceOfKind(ref.apiVersion, ref.kind);
    if (known !== undefined) return watchedResourceOf(known, 'lens', `metadata.name=${ref.name}`);
    const { client, timers, refuse } = this.#options;
    while (!signal.aborted) {
      try {
        const found = await discoverKind(client, ref.apiVersion, ref.kind, signal);
        if (found !== null) return watchedResourceOf(found, 'lens', `metadata.name=${ref.name}`);
        refuse(`${about} waits: the API server does not serve ${ref.apiVersion} ${ref.kind}`);
      } catch (error) {
        if (!(error instanceof KubeRequestError)) throw error;
        if (!signal.aborted) refuse(`${about} waits: ${error.message}`);
      }
      await timers.sleep(PROBE_UNAVAILABLE_MS, signal);
    }
    return null;
  }
}
