/**
 * What a watch does next, as a pure function of what just happened. Rules after client-go's reflector, hardened where
 * its users were hurt: backoff is forgotten only after a stream that lived, so a server that accepts and drops cannot
 * be stormed; credentials and quota have their own pace; a kind that is denied or not served is asked for seldom.
 */
import type { Millis } from '../model/facts.ts';
import type { KubeError } from './errors.ts';

export type Outcome =
  /** The server ended the watch in order, as it does after timeoutSeconds. */
  | { readonly type: 'ended' }
  /** Nothing came for longer than bookmarks allow, or the stream outlived its own timeout: we hung up. */
  | { readonly type: 'silent' }
  | { readonly type: 'failed'; readonly error: KubeError };

export interface Attempt {
  /** Failures in a row before this outcome. */
  readonly failures: number;
  /** Denials (403, 404) in a row before this outcome. */
  readonly denials: number;
  /** There is a resourceVersion to resume from. */
  readonly canResume: boolean;
  /** When the stream was opened, on the clock of `now`; null when it never was. */
  readonly openedAt: Millis | null;
  /** It was a list in a stream (KEP-3157) that had not come to its end. */
  readonly streamingList: boolean;
}

export interface Next {
  /** resume: watch on from the last resourceVersion; relist: from scratch; unavailable: probe again with a list. */
  readonly action: 'resume' | 'relist' | 'unavailable';
  readonly delayMs: Millis;
  /** Failures in a row to carry into the next attempt. */
  readonly failures: number;
  /** Lists in a stream are not served here: from now on they are asked for in pages, which every server can. */
  readonly inPages?: true;
}

/** A stream that lived this long proves that the server is well, and only that forgets failures. */
export const HEALTHY_AFTER_MS = 60_000;
/** A watch that ends sooner than this was not served, whatever its status said. */
export const TOO_SHORT_MS = 1_000;
export const RELIST_AFTER_FAILURES = 5;
export const PROBE_UNAVAILABLE_MS = 5 * 60_000;
/** The server may have started together with us. */
const FIRST_PROBE_MS = 30_000;
const DENIALS_OF_A_START = 3;

const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
const RESUME_JITTER_MS = 1_000;
const UNAUTHORIZED_MAX_MS = 60_000;
/** A server that asks for more than this would make us blind by a typo. */
const RETRY_AFTER_MAX_MS = 5 * 60_000;

/** @param now on a clock that never goes back. @param random uniform in [0, 1). */
export function planReconnect(outcome: Outcome, attempt: Attempt, now: Millis, random: number): Next {
  if (!attempt.streamingList) return planAnother(outcome, attempt, now, random);
  // A refusal of the way to ask is no failure, and it is answered by asking the other way, at once.
  if (isRefusedStream(outcome)) return { action: 'relist', delayMs: 0, failures: attempt.failures, inPages: true };
  const next = planAnother(outcome, attempt, now, random);
  return next.action === 'relist' && mayBeTheStream(outcome, next) ? { ...next, inPages: true } : next;
}

/**
 * 400 or 422 where the feature is off; a stream without the mark that ends the list where a server does not know it; 500
 * or 504 where etcd cannot say how fresh a cache is (before 3.4.31 and 3.5.13; seen on Kubernetes 1.36).
 */
function isRefusedStream(outcome: Outcome): boolean {
  if (outcome.type !== 'failed') return false;
  const { error } = outcome;
  return (
    error.kind === 'server' ||
    (error.kind === 'badResponse' && error.reason === 'unfinished') ||
    (error.kind === 'throttled' && error.behind === true)
  );
}

/** It fails again, or nothing came of it: if it is not the server but the stream that ails, pages will do. */
function mayBeTheStream(outcome: Outcome, { failures }: Next): boolean {
  if (outcome.type !== 'failed') return true;
  const { error } = outcome;
  if (error.kind === 'unauthorized' || (error.kind === 'network' && error.unreached)) return false;
  // A server that starts says 429 until its cache is filled; pages would only cost it more.
  return failures >= (error.kind === 'throttled' ? RELIST_AFTER_FAILURES : 2);
}

function planAnother(outcome: Outcome, attempt: Attempt, now: Millis, random: number): Next {
  const lived = attempt.openedAt === null ? 0 : now - attempt.openedAt;
  const before = lived > HEALTHY_AFTER_MS ? 0 : attempt.failures;
  const again = attempt.canResume ? 'resume' : 'relist';

  if (outcome.type === 'silent') return { action: again, delayMs: random * RESUME_JITTER_MS, failures: before };
  if (outcome.type === 'ended') {
    if (lived >= TOO_SHORT_MS) return { action: again, delayMs: random * RESUME_JITTER_MS, failures: before };
    return { action: again, delayMs: backoff(before, random), failures: before + 1 };
  }

  const failures = before + 1;
  switch (outcome.error.kind) {
    case 'gone':
      // The first one is ordinary (a watch that slept too long); a row of them is a server that compacts as we list.
      return {
        action: 'relist',
        delayMs: before === 0 ? random * RESUME_JITTER_MS : backoff(before, random),
        failures,
      };
    case 'forbidden':
    case 'notFound': {
      // A server that starts denies what it has not read yet: roles (403) and definitions of custom resources (404).
      const { canResume, denials } = attempt;
      if (canResume && denials < DENIALS_OF_A_START) {
        return { action: 'resume', delayMs: backoff(denials + 1, random), failures };
      }
      const probe = denials === 0 ? FIRST_PROBE_MS : PROBE_UNAVAILABLE_MS;
      return { action: 'unavailable', delayMs: probe * (0.9 + 0.2 * random), failures };
    }
    case 'unauthorized':
      // The client reads its credentials anew after a 401, so the first retry is soon; then it is somebody's job.
      return {
        action: again,
        delayMs: before === 0 ? RESUME_JITTER_MS * (1 + random) : UNAUTHORIZED_MAX_MS * (0.5 + 0.5 * random),
        failures,
      };
    case 'throttled': {
      // Never a relist: that is the dearer request, and the server just said that it has too many.
      const { retryAfterMs } = outcome.error;
      if (retryAfterMs === null) return { action: again, delayMs: backoff(before, random), failures };
      const asked = Math.min(retryAfterMs, RETRY_AFTER_MAX_MS);
      return { action: again, delayMs: asked + random * RESUME_JITTER_MS, failures };
    }
    case 'conflict':
    case 'server':
    case 'network':
    case 'badResponse': {
      // Where nobody was reached, nothing was learned of the resourceVersion: a list would only lose what lies between.
      const unreached = outcome.error.kind === 'network' && outcome.error.unreached === true;
      return {
        action: failures >= RELIST_AFTER_FAILURES && !unreached ? 'relist' : again,
        delayMs: backoff(before, random),
        failures,
      };
    }
  }
}

/** Full jitter between the floor and a ceiling that doubles. */
function backoff(failuresBefore: number, random: number): Millis {
  const ceiling = Math.min(BACKOFF_MAX_MS, 2 * BACKOFF_MIN_MS * 2 ** Math.min(failuresBefore, 10));
  return BACKOFF_MIN_MS + random * (ceiling - BACKOFF_MIN_MS);
}
