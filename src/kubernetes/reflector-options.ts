/** What a reflector is given: a server, a kind, time, and where to say what it sees. */
import type { Change, Fact, Json } from '../model/facts.ts';
import type { KubeClient } from './client.ts';
import type { WatchTarget } from './list-pages.ts';
import type { RawLine } from './object-feed.ts';
import type { ReflectorEvent } from './reflector-events.ts';
import type { Timers } from './timers.ts';

export interface ReflectorOptions {
  readonly client: KubeClient;
  readonly target: WatchTarget;
  readonly timers: Timers;
  /** Raw object → what is kept of it; null when nothing is. The raw object ends here. */
  readonly decode: (raw: Json) => Fact | null;
  /** Objects that are another's to watch: they are neither projected nor remembered. None when absent. */
  readonly ignores?: ((raw: Json) => boolean) | undefined;
  readonly emit: (change: Change) => void;
  readonly observe: (event: ReflectorEvent) => void;
  readonly tap?: ((line: RawLine) => void) | undefined;
  /** Awaited after each page of a list and each chunk of a watch. */
  readonly pace?: (() => Promise<void> | undefined) | undefined;
  /** Lists come in the stream of the watch (KEP-3157) where the server can do that, else in pages; in pages when absent. */
  readonly streamLists?: boolean | undefined;
  /** Objects a page; 200 when absent: with 500 at once a first list took 1.4 times the memory of what stays. */
  readonly pageLimit?: number | undefined;
  /** Pages a list may have; 10,000 (two million objects) when absent. */
  readonly maxPages?: number | undefined;
  /** Most bytes of one page; 32 MB when absent. */
  readonly maxPageBytes?: number | undefined;
}
