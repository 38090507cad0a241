/**
 * What the watches report of themselves, as log lines: only what somebody should know or act on, and once. An API
 * server that is away fails every kind every few seconds; that is one line when it goes, one when it is back, and one
 * now and then in between.
 */
import type { KubeError } from '../kubernetes/errors.ts';
import type { ReflectorEvent } from '../kubernetes/reflector-events.ts';
import type { Millis } from '../model/facts.ts';
import { counted, durationLabel } from '../report/words.ts';
import type { Logger } from '../telemetry/logger.ts';

/** A trouble that goes on is told of again after this long. */
const REMIND_MS = 10 * 60_000;
/** No watch waits longer than this before it tries again: a trouble unheard of for so long ended with its watch. */
const STALE_MS = 7 * 60_000;

type FailedEvent = Extract<ReflectorEvent, { type: 'failed' }>;
type SkippedEvent = Extract<ReflectorEvent, { type: 'skipped' }>;

interface Trouble {
  readonly since: Millis;
  toldAt: Millis;
  lastAt: Millis;
  readonly concerns: Set<string>;
  /** Of those that it concerned meanwhile. */
  most: number;
}

/** `about` is 'deployments.apps' or 'lens on …'; `monotonic` a clock that never goes back, milliseconds. */
export function createWatchLog(
  logger: Logger,
  monotonic: () => Millis,
): (about: string, event: ReflectorEvent) => void {
  const log = new WatchLog(logger, monotonic);
  return (about, event) => log.take(about, event);
}

class WatchLog {
  readonly #logger: Logger;
  readonly #monotonic: () => Millis;
  readonly #troubles = new Map<string, Trouble>();
  /** Kinds of which an object that cannot be read was told. */
  readonly #unread = new Set<string>();
  /** Kinds that have fallen silent before. */
  readonly #quiet = new Set<string>();

  constructor(logger: Logger, monotonic: () => Millis) {
    this.#logger = logger;
    this.#monotonic = monotonic;
  }

  take(about: string, event: ReflectorEvent): void {
    switch (event.type) {
      case 'unavailable':
        this.#over(about);
        this.#logger.warn({ event: 'watch-unavailable', resource: about }, event.message);
        break;
      case 'failed':
        this.#failed(about, event);
        break;
      case 'silent':
        this.#silent(about);
        break;
      case 'relisted':
        if (event.corrections > 0)
          this.#logger.error(
            { event: 'watch-corrections', resource: about, corrections: event.corrections },
            `${about}: ${event.corrections} facts had not been told by the watch`,
          );
        break;
      case 'skipped':
        this.#skipped(about, event);
        break;
      case 'listed':
        this.#over(about);
        this.#logger.debug(
          { event: 'watch-listed', resource: about, objects: event.objects, pages: event.pages },
          `${about}: ${counted(event.objects, 'object')} listed`,
        );
        break;
      case 'connected':
        this.#over(about);
        break;
      case 'event':
      case 'bookmark':
      case 'ended':
        break;
    }
  }

  #failed(about: string, { error, next }: FailedEvent): void {
    const fields = { event: 'watch-failed', resource: about, next: next.action, delayMs: Math.round(next.delayMs) };
    const sentence = `${about}: ${error.message}; ${next.action} in ${durationLabel(next.delayMs / 1000)}`;
    if (error.kind === 'gone') {
      // Ordinary after a restart of the API server; what lay in between is counted as a gap.
      this.#logger.info(fields, `${about}: the history it would go on from is gone: listing anew`);
      return;
    }
    if (next.action === 'unavailable') return;
    const now = this.#monotonic();
    const key = troubleKey(about, error);
    const known = this.#troubles.get(key);
    const fresh = known === undefined || now - known.lastAt > STALE_MS;
    const trouble = fresh ? { since: now, toldAt: now, lastAt: now, concerns: new Set<string>(), most: 0 } : known;
    this.#troubles.set(key, trouble);
    trouble.lastAt = now;
    trouble.concerns.add(about);
    trouble.most = Math.max(trouble.most, trouble.concerns.size);
    if (fresh) this.#logger.warn(fields, `${error.message} (seen by ${about}; trying again until it is over)`);
    else if (now - trouble.toldAt >= REMIND_MS) {
      trouble.toldAt = now;
      const lasts = durationLabel((now - trouble.since) / 1000);
      this.#logger.warn(
        fields,
        `for ${lasts} by now, ${counted(trouble.concerns.size, 'watch', 'watches')}: ${error.message}`,
      );
    } else this.#logger.debug(fields, sentence);
  }

  /** The kind is seen again, or is known not to be there. */
  #over(about: string): void {
    for (const [key, trouble] of this.#troubles) {
      if (!trouble.concerns.delete(about) || trouble.concerns.size > 0) continue;
      this.#troubles.delete(key);
      const lasted = durationLabel((this.#monotonic() - trouble.since) / 1000);
      const what = trouble.most === 1 ? about : counted(trouble.most, 'watch', 'watches');
      this.#logger.info({ event: 'watch-recovered', resource: about }, `seen again after ${lasted}: ${what}`);
    }
  }

  /** Told once: of a quiet kind it happens all the time where the API server sends no bookmarks. */
  #silent(about: string): void {
    const level = this.#quiet.has(about) ? 'debug' : 'info';
    this.#quiet.add(about);
    this.#logger[level](
      { event: 'watch-silent', resource: about },
      `${about}: nothing came for too long, not even a bookmark; the watch is opened anew`,
    );
  }

  #skipped(about: string, { key, reason }: SkippedEvent): void {
    const fields = { event: 'watch-skipped', resource: about, key, reason };
    if (reason === 'older-version') {
      this.#logger.debug(fields, `${about}: one version of ${key} left out (${reason})`);
      return;
    }
    const which = key === '' ? 'an object without a name' : key;
    const sentence = `${about}: ${which} cannot be read and is left out; all others are watched`;
    if (this.#unread.has(about)) this.#logger.debug(fields, sentence);
    else this.#logger.warn(fields, sentence);
    this.#unread.add(about);
  }
}

/** A server that cannot be reached, or is none, is one trouble for all kinds; what it answers is one for each. */
function troubleKey(about: string, error: KubeError): string {
  const ofAll =
    error.kind === 'network' ||
    error.kind === 'unauthorized' ||
    (error.kind === 'badResponse' && error.reason === 'content-type');
  return ofAll ? error.kind : `${about} ${error.kind}`;
}
