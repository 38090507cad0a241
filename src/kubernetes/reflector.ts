/**
 * Keeps one kind in sight: list, then watch from there, for ever. What to do after each outcome plan-reconnect.ts decides,
 * and this file carries it out. Own code because the package's informer stops for good on the first error but a 410.
 */
import type { Millis } from '../model/facts.ts';
import type { WatchHealth } from '../model/health.ts';
import { isAnswer, isDenial, KubeRequestError } from './errors.ts';
import { versionOf } from './known-objects.ts';
import { type ListPage, listPages } from './list-pages.ts';
import { ObjectFeed } from './object-feed.ts';
import { type Next, type Outcome, planReconnect, TOO_SHORT_MS } from './plan-reconnect.ts';
import { textAt } from './projections/read-json.ts';
import { resourceName } from './reflector-events.ts';
import type { ReflectorOptions } from './reflector-options.ts';
import { RelistCheck } from './relist-check.ts';
import { StreamedList } from './streamed-list.ts';
import { type Deadline, uncounted } from './timers.ts';
import { WatchSight } from './watch-sight.ts';
import { openWatch, readWatch, type WatchLine } from './watch-stream.ts';

/** Longer than bookmarks are apart (about a minute), shorter than the idle limits of load balancers. */
export const INACTIVITY_MS = 90_000;
/** An API server waits three seconds at most for its cache; who lets a list wait for longer does not know of them in streams. */
export const LIST_SILENCE_MS = 10_000;
export const PAGE_DEADLINE_MS = 120_000;
/** What parsing one page may cost in memory; an object has 3 MB at most, so a page of a few always fits. */
const PAGE_BYTES = 32 * 1024 * 1024;
const MAX_PAGES = 10_000;
const WATCH_SECONDS = { least: 240, outlastingLists: 1_800, spread: 60 };
const OVERTIME_MS = 15_000;
/** A server that accepts a watch tells at once what it owes; after so long without a word it owes nothing. */
export const CAUGHT_UP_MS = 10_000;
/** How long a watch may lag behind a list before what it owes counts as lost. */
export const SETTLE_MS = 30_000;

/** What one list or one watch came to. `outcome` null: go on at once. */
interface Round {
  readonly outcome: Outcome | null;
  readonly openedAt: Millis | null;
}

export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #name: string;
  readonly #sight: WatchSight;
  readonly #feed: ObjectFeed;
  readonly #stopping = new AbortController();
  readonly #firstRound = Promise.withResolvers<void>();
  #loop: Promise<void> | null = null;
  #pageLimit: number;
  /** Lists are asked for in the stream of the watch, until the server has shown that it cannot. */
  #streamLists: boolean;
  #resourceVersion: string | null = null;
  /** Whatever list is under way, another one must follow. */
  #listAgain = false;
  /** Ends the running watch; null while none runs. */
  #watching: AbortController | null = null;

  constructor(options: ReflectorOptions) {
    const { target, timers, decode, ignores, emit, observe, tap } = options;
    this.#options = options;
    this.#name = resourceName(target.resource);
    this.#pageLimit = options.pageLimit ?? 200;
    this.#streamLists = options.streamLists ?? false;
    this.#sight = new WatchSight(target.resource, timers, emit);
    const skip = (key: string, reason: 'older-version' | 'no-name' | 'unreadable') =>
      observe({ type: 'skipped', key, reason });
    this.#feed = new ObjectFeed({ resource: target.resource, timers, decode, ignores, emit, skip, tap });
  }

  /** Runs until `stop`. Rejects only with what `emit`, `observe` or `tap` threw: no failure of the server ends it. */
  run(): Promise<void> {
    this.#loop ??= this.#run();
    return this.#loop;
  }

  /** Hangs up and waits until nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#feed.check?.abandon();
    this.#firstRound.resolve();
    await this.#loop?.catch(() => {});
  }

  /** Resolves when the first list has succeeded or failed. */
  get firstRound(): Promise<void> {
    return this.#firstRound.promise;
  }

  health(): Omit<WatchHealth, 'cluster'> {
    return this.#sight.health();
  }

  /**
   * Holds a fresh list against what the watch has told. Differences are counted as corrections, and then the kind is
   * listed anew. Resolves with their number; null when it could not be told (no watch, or it broke meanwhile).
   */
  async requestRelist(): Promise<number | null> {
    if (this.#feed.check !== null || this.#watching === null || this.#resourceVersion === null) return null;
    const check = new RelistCheck();
    this.#feed.check = check;
    try {
      for await (const page of this.#pages({ ...this.#options.target, identityOnly: true })) {
        for (const item of page.items) {
          if (this.#feed.ignores(item)) continue;
          const version = versionOf(item);
          if (version !== null) check.listed(version.key, version.resourceVersion);
        }
      }
      check.compare(this.#feed.known);
      await this.#settle(check);
    } catch (error) {
      // The next scheduled relist asks again; the watch itself is judged by its own outcome.
      if (error instanceof KubeRequestError) return null;
      throw error;
    } finally {
      this.#feed.check = null;
    }
    if (check.abandoned) return null;
    this.#sight.corrected(check.owed);
    this.#options.observe({ type: 'relisted', corrections: check.owed });
    if (check.owed > 0) {
      this.#interrupt(`${check.owed} objects differed from what the watch had told`);
      this.#relist();
    }
    return check.owed;
  }

  /** Gives the watch time to tell what the list has shown, for as long as it brings nothing at all. */
  async #settle(check: RelistCheck): Promise<void> {
    const wait = (): Deadline =>
      this.#options.timers.deadline(SETTLE_MS, () => {
        if (!check.conclude()) deadline = wait();
      });
    const settled = check.settled();
    let deadline = wait();
    await settled;
    deadline.cancel();
  }

  /** What came until now cannot be relied on to be all there was; the next line of the watch says that it is. */
  distrust(reason: string): void {
    if (this.#sight.health().state === 'watching') this.#interrupt(reason);
  }

  /** Lists anew and emits every object again: the rules by which facts are made have changed. */
  reproject(): void {
    this.#feed.known.forgetVersions();
    this.#relist();
  }

  #relist(): void {
    this.#resourceVersion = null;
    this.#listAgain = true;
    this.#feed.check?.abandon();
    this.#watching?.abort();
  }

  async #run(): Promise<void> {
    const { timers } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    let denials = 0;
    while (!signal.aborted) {
      const lists = this.#resourceVersion === null;
      const { outcome, openedAt } = lists && !this.#streamLists ? await this.#list() : await this.#watch();
      if (signal.aborted) return;
      if (outcome === null) continue;
      const canResume = this.#resourceVersion !== null;
      const streamingList = lists && this.#streamLists && !canResume;
      const now = timers.monotonic();
      const attempt = { failures, denials, canResume, openedAt, streamingList };
      const next = planReconnect(outcome, attempt, now, timers.random());
      failures = next.failures;
      denials = outcome.type === 'failed' && isDenial(outcome.error) ? denials + 1 : 0;
      if (next.inPages) this.#streamLists = false;
      // Asked again in another way at once: what comes of that is what there is to tell.
      if (next.inPages && next.delayMs === 0) continue;
      this.#firstRound.resolve();
      this.#tell(outcome, next, openedAt === null ? 0 : now - openedAt);
      if (next.action !== 'resume') this.#resourceVersion = null;
      await timers.sleep(next.delayMs, signal);
    }
  }

  async #list(): Promise<Round> {
    this.#listAgain = false;
    this.#sight.listing();
    this.#feed.known.beginList();
    const limit = this.#pageLimit;
    let resourceVersion = '';
    let pages = 0;
    try {
      for await (const page of this.#pages()) {
        pages += 1;
        resourceVersion = page.resourceVersion;
        for (const item of page.items) this.#feed.list(item);
        await this.#options.pace?.();
      }
    } catch (error) {
      // It was asked for too much at a time: nobody failed, and a verdict may wait for this list.
      if (this.#pageLimit < limit) return this.#list();
      return this.#failed(error, null);
    }
    this.#feed.completeList(resourceVersion);
    this.#listed(resourceVersion, pages);
    return { outcome: null, openedAt: null };
  }

  #listed(resourceVersion: string, pages: number): void {
    this.#resourceVersion = this.#listAgain ? null : resourceVersion;
    this.#options.observe({ type: 'listed', objects: this.#feed.known.size, pages });
    this.#sight.listed();
    this.#firstRound.resolve();
  }

  /** The pages of a list, each within a deadline: a server that drips must not hold us. */
  async *#pages(target = this.#options.target): AsyncGenerator<ListPage> {
    const { client, timers, maxPages = MAX_PAGES, maxPageBytes = PAGE_BYTES } = this.#options;
    const hangUp = new AbortController();
    const signal = AbortSignal.any([hangUp.signal, this.#stopping.signal]);
    const deadline = timers.deadline(PAGE_DEADLINE_MS, () => hangUp.abort(new Error('a page took over 2 minutes')));
    try {
      for await (const page of listPages(client, target, { limit: this.#pageLimit, maxPages, maxPageBytes, signal })) {
        this.#sight.contact();
        // What is done with a page, and what goes before the next one, takes none of the server's time.
        deadline.cancel();
        yield page;
        deadline.extend();
      }
    } catch (error) {
      if (error instanceof KubeRequestError && error.error.kind === 'badResponse' && error.error.reason === 'size') {
        // Objects are larger here than a page of so many can carry.
        this.#pageLimit = Math.max(1, Math.floor(this.#pageLimit / 5));
      }
      throw error;
    } finally {
      deadline.cancel();
    }
  }

  /** From the last resourceVersion on, or where there is none, with a list first. */
  async #watch(): Promise<Round> {
    const { client, target, timers, maxPages = MAX_PAGES } = this.#options;
    const resourceVersion = this.#resourceVersion;
    const what = `watch ${this.#name}`;
    const hangUp = new AbortController();
    this.#watching = hangUp;
    const signal = AbortSignal.any([hangUp.signal, this.#stopping.signal]);
    let silent = false;
    const giveUp = () => {
      silent = true;
      hangUp.abort();
    };
    const least = resourceVersion === null ? WATCH_SECONDS.outlastingLists : WATCH_SECONDS.least;
    const timeoutSeconds = least + Math.floor(timers.random() * WATCH_SECONDS.spread);
    let inactivity = timers.deadline(resourceVersion === null ? LIST_SILENCE_MS : INACTIVITY_MS, giveUp);
    const overtime = timers.deadline(timeoutSeconds * 1000 + OVERTIME_MS, giveUp);
    let caughtUp: Deadline | null = null;
    const onBytes = () => {
      inactivity.extend();
      this.#feed.check?.heard();
      this.#sight.contact();
    };
    let openedAt: Millis | null = null;
    let list: StreamedList | null = null;
    try {
      const stream = await openWatch(client, target, { resourceVersion, timeoutSeconds, signal });
      openedAt = timers.monotonic();
      onBytes();
      this.#options.observe({ type: 'connected' });
      if (resourceVersion !== null) {
        caughtUp = timers.deadline(CAUGHT_UP_MS, () => this.#sight.watching());
      } else {
        this.#listAgain = false;
        this.#sight.listing();
        list = new StreamedList(this.#feed, what, this.#pageLimit * maxPages);
      }
      const onLine = (line: WatchLine) => {
        // A relist was asked for, or we stop: the rest of this stream is no longer ours.
        if (signal.aborted) return;
        if (list === null) return this.#take(line);
        const listedAt = list.take(line);
        if (listedAt === null) return;
        list = null;
        inactivity.cancel();
        inactivity = timers.deadline(INACTIVITY_MS, giveUp);
        this.#listed(listedAt, 0);
      };
      // While others go first nothing is read: that is no silence of the server.
      const pace = () => {
        const turn = this.#options.pace?.();
        return turn && uncounted(inactivity, turn);
      };
      await readWatch(stream, what, onBytes, onLine, pace, target.shape);
      // Compilers do not see that a line may have ended the list.
      const unfinished = list as StreamedList | null;
      if (unfinished !== null) throw unfinished.unfinished();
      return { outcome: { type: 'ended' }, openedAt };
    } catch (error) {
      if (!(error instanceof KubeRequestError)) throw error;
      if (silent) return { outcome: { type: 'silent' }, openedAt };
      if (hangUp.signal.aborted) return { outcome: null, openedAt };
      return this.#failed(error, openedAt);
    } finally {
      inactivity.cancel();
      overtime.cancel();
      caughtUp?.cancel();
      this.#watching = null;
    }
  }

  /** Ours to judge when the server or the network failed; anything else is a fault of this program and goes up. */
  #failed(error: unknown, openedAt: Millis | null): Round {
    if (!(error instanceof KubeRequestError)) throw error;
    if (isAnswer(error.error)) this.#sight.contact();
    return { outcome: { type: 'failed', error: error.error }, openedAt };
  }

  #take(line: WatchLine): void {
    this.#options.observe(line.type === 'BOOKMARK' ? { type: 'bookmark' } : { type: 'event', change: line.type });
    if (!this.#feed.watch(line)) return;
    // Only now, when the change has been handed on: a resume must never skip one.
    const resourceVersion = textAt(line.object, 'metadata', 'resourceVersion');
    if (resourceVersion !== '' && this.#resourceVersion !== null) this.#resourceVersion = resourceVersion;
    this.#sight.watching();
  }

  #interrupt(reason: string): void {
    this.#feed.check?.abandon();
    this.#sight.interrupted(reason);
  }

  #tell(outcome: Outcome, next: Next, livedMs: number): void {
    const { observe } = this.#options;
    if (outcome.type === 'ended') {
      observe({ type: 'ended', livedMs });
      // It served to its end, so whatever there was has been told.
      if (livedMs >= TOO_SHORT_MS) this.#sight.watching();
    } else if (outcome.type === 'silent') {
      observe({ type: 'silent', livedMs });
      // Of a quiet kind nothing comes, and no bookmark either, where etcd tells its API server of no progress. Whether
      // it was silence or blindness, the next connection says: it fails, or it tells first what this one owed.
      this.#feed.check?.abandon();
      if (next.action !== 'resume') this.#interrupt(`watch ${this.#name}: nothing came for ${INACTIVITY_MS / 1000} s`);
    } else {
      observe({ type: 'failed', error: outcome.error, next });
      if (next.action === 'unavailable') {
        const message = this.#sight.unavailable(outcome.error);
        this.#feed.check?.abandon();
        if (message !== null) observe({ type: 'unavailable', error: outcome.error, message });
      } else {
        this.#interrupt(outcome.error.message);
      }
    }
  }
}
