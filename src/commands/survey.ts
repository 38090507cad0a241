/** One look at a live cluster: lists every watched kind once, and leaves. For commands that ask and end. */
import { Engine } from '../engine.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import type { KubeError } from '../kubernetes/errors.ts';
import { LazyJqEngine } from '../kubernetes/jq-engine.ts';
import { LiveSource } from '../kubernetes/live-source.ts';
import type { ReflectorEvent } from '../kubernetes/reflector-events.ts';
import { systemTimers, type Timers } from '../kubernetes/timers.ts';
import { localOr, onlyHere } from '../model/destinations.ts';
import type { WatchHealth } from '../model/health.ts';
import type { LensRequest } from '../model/ports.ts';
import type { CommandIo } from './io.ts';
import { Progress } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface Survey {
  readonly engine: Engine;
  readonly watches: readonly WatchHealth[];
}

/** Somebody waits for the answer: a list that makes no progress for so long will not come. */
const SILENT_MS = 30_000;
/** After a failure it is tried again for so long, counted from the last progress. */
const FAILING_MS = 8_000;

/** A look that goes on: the engine takes in what the watches tell until `stop`. */
export interface OpenSurvey {
  readonly engine: Engine;
  readonly health: () => readonly WatchHealth[];
  /** Rejects when a consumer of the changes threw. */
  readonly running: Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * @throws UsageError when a kind without which nothing can be said is denied, when the cluster cannot be listed, or on
 * Ctrl-C
 */
export async function survey(
  client: KubeClient,
  namespace: string,
  io: CommandIo,
  timers: Timers = systemTimers,
): Promise<Survey> {
  const { engine, health, stop } = await openSurvey(client, namespace, io, timers);
  const watches = health();
  await stop();
  return { engine, watches };
}

/**
 * As `survey`, without leaving. `lens`: objects under suspicion are watched in full, which takes time that one look does
 * not have. @throws UsageError, as `survey`
 */
export async function openSurvey(
  client: KubeClient,
  namespace: string,
  io: CommandIo,
  timers: Timers = systemTimers,
  lens = false,
): Promise<OpenSurvey> {
  const progress = new Progress(io.stderr, io.monotonic);
  const outcome = Promise.withResolvers<void>();
  let listing = true;
  const patience = new Patience(client.server, timers, (sentence) => outcome.reject(new UsageError(sentence)));
  const source = new LiveSource({
    client,
    namespace,
    timers,
    warn: (message) => io.stderr.write(`warning: ${message}\n`),
    observe: (about, event) => {
      if (!listing) return;
      progress.update(() => `Listing ${about}`);
      patience.take(event);
      if (event.type === 'listed' || event.type === 'unavailable') settle();
      if (event.type === 'unavailable' && source.health().some((one) => one.mandatory && one.resource === about)) {
        outcome.reject(new UsageError(deniedSentence(about, event.error)));
      }
    },
  });
  const requestLens = (request: LensRequest) => (lens ? source.requestLens(request) : undefined);
  const engine = new Engine({ jq: new LazyJqEngine(), clusterOf: onlyHere(localOr([client.server])), requestLens });
  // Listed or known to be unavailable: then every kind has had its say.
  const settle = () => {
    const waiting = source.health().some((one) => !one.listed && one.state !== 'absent' && one.state !== 'forbidden');
    if (!waiting && source.ready()) outcome.resolve();
  };
  const running = source.run((change) => {
    if (listing) patience.progress();
    engine.take(change);
    if (change.type === 'synced') settle();
  });
  running.catch((error: unknown) => outcome.reject(error));
  const interrupted = () => outcome.reject(new UsageError('Interrupted before the cluster was listed.'));
  io.signal.addEventListener('abort', interrupted, { once: true });
  if (io.signal.aborted) interrupted();
  try {
    await outcome.promise;
    await engine.settled();
    engine.advance(io.now());
    return { engine, health: () => source.health(), running, stop: () => source.stop() };
  } catch (error) {
    await source.stop();
    throw error;
  } finally {
    listing = false;
    patience.end();
    io.signal.removeEventListener('abort', interrupted);
    progress.clear();
  }
}

/** Waits for as long as there is progress, and gives up with one sentence. */
class Patience {
  readonly #server: string;
  readonly #silence: ReturnType<Timers['deadline']>;
  readonly #startFailing: () => ReturnType<Timers['deadline']>;
  #failing: ReturnType<Timers['deadline']> | null = null;
  #failure = '';

  constructor(server: string, timers: Timers, giveUp: (sentence: string) => void) {
    this.#server = server;
    this.#silence = timers.deadline(SILENT_MS, () => giveUp(this.#sentence()));
    this.#startFailing = () => timers.deadline(FAILING_MS, () => giveUp(this.#sentence()));
  }

  take(event: ReflectorEvent): void {
    if (event.type === 'listed') this.progress();
    if (event.type !== 'failed' || event.next.action === 'unavailable') return;
    this.#failure = event.error.message;
    this.#failing ??= this.#startFailing();
  }

  progress(): void {
    this.#silence.extend();
    this.#failing?.extend();
  }

  end(): void {
    this.#silence.cancel();
    this.#failing?.cancel();
  }

  #sentence(): string {
    const why = this.#failure === '' ? `${this.#server} takes requests and answers nothing` : this.#failure;
    return `The cluster could not be listed, so nothing is said about it: ${why}`;
  }
}

function deniedSentence(about: string, error: KubeError): string {
  if (error.kind === 'notFound') return `${about} is not served by this cluster, and nothing can be said without it.`;
  return `RBAC denies ${about}, and nothing can be said without it: grant get, list and watch on it (${error.message}).`;
}
