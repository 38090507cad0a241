/**
 * What a watch does next, for every way it can end. Delays are given as the range between no luck at all (random 0)
 * and the most of it (random just under 1).
 */
import { describe, expect, it } from 'vitest';
import type { KubeError } from '../../src/kubernetes/errors.ts';
import { type Attempt, type Next, type Outcome, planReconnect } from '../../src/kubernetes/plan-reconnect.ts';

const NOW = 10_000_000;
const ALMOST_ONE = 1 - Number.EPSILON;

function attempt(change: Partial<Attempt> & { lived?: number } = {}): Attempt {
  const { lived, ...rest } = change;
  const openedAt = lived === undefined ? null : NOW - lived;
  return { failures: 0, denials: 0, canResume: true, openedAt, streamingList: false, ...rest };
}

function failed(error: Partial<KubeError> & Pick<KubeError, 'kind'>): Outcome {
  return { type: 'failed', error: { message: '', ...error } as KubeError };
}

/** The plan, with the shortest and the longest delay that it can have. */
function plan(outcome: Outcome, given: Attempt): Omit<Next, 'delayMs'> & { delay: [number, number] } {
  const { delayMs: least, ...next } = planReconnect(outcome, given, NOW, 0);
  const { delayMs: most } = planReconnect(outcome, given, NOW, ALMOST_ONE);
  return { ...next, delay: [Math.round(least), Math.round(most)] };
}

const NETWORK = failed({ kind: 'network' });

describe('planReconnect', () => {
  it.each<[string, Outcome, Attempt, ReturnType<typeof plan>]>([
    [
      'resumes within a second when the server ends a watch in order',
      { type: 'ended' },
      attempt({ lived: 250_000 }),
      { action: 'resume', delay: [0, 1000], failures: 0 },
    ],
    [
      'forgets earlier failures after a stream that lived for more than a minute',
      { type: 'ended' },
      attempt({ lived: 60_001, failures: 4 }),
      { action: 'resume', delay: [0, 1000], failures: 0 },
    ],
    [
      'keeps earlier failures in mind after a stream of exactly a minute',
      { type: 'ended' },
      attempt({ lived: 60_000, failures: 4 }),
      { action: 'resume', delay: [0, 1000], failures: 4 },
    ],
    [
      'backs off from a server that accepts a watch and ends it at once, though nothing failed',
      { type: 'ended' },
      attempt({ lived: 5, failures: 2 }),
      { action: 'resume', delay: [500, 4000], failures: 3 },
    ],
    [
      'resumes when it hung up on a silent stream',
      { type: 'silent' },
      attempt({ lived: 90_000, failures: 3 }),
      { action: 'resume', delay: [0, 1000], failures: 0 },
    ],
    [
      'lists again when nothing was ever listed and the server stayed silent',
      { type: 'silent' },
      attempt({ canResume: false }),
      { action: 'relist', delay: [0, 1000], failures: 0 },
    ],
    [
      'lists anew at once when its resourceVersion is gone',
      failed({ kind: 'gone' }),
      attempt({ lived: 100_000 }),
      { action: 'relist', delay: [0, 1000], failures: 1 },
    ],
    [
      'backs off when one 410 follows the other: a server that compacts while we list must not be stormed',
      failed({ kind: 'gone' }),
      attempt({ failures: 3, canResume: false }),
      { action: 'relist', delay: [500, 8000], failures: 4 },
    ],
    [
      'waits half a second to a second after the first broken connection, then resumes',
      NETWORK,
      attempt({ lived: 30_000 }),
      { action: 'resume', delay: [500, 1000], failures: 1 },
    ],
    [
      'doubles the ceiling with every failure in a row',
      NETWORK,
      attempt({ failures: 3 }),
      { action: 'resume', delay: [500, 8000], failures: 4 },
    ],
    [
      'lists anew at the fifth failure in a row, since the resourceVersion itself may be what fails',
      NETWORK,
      attempt({ failures: 4 }),
      { action: 'relist', delay: [500, 16_000], failures: 5 },
    ],
    [
      'never waits longer than half a minute for a server that is down',
      NETWORK,
      attempt({ failures: 400 }),
      { action: 'relist', delay: [500, 30_000], failures: 401 },
    ],
    [
      'resumes however long nobody could be reached: that says nothing against the resourceVersion',
      failed({ kind: 'network', unreached: true }),
      attempt({ failures: 400 }),
      { action: 'resume', delay: [500, 30_000], failures: 401 },
    ],
    [
      'does not forget failures because a connection was made, only because a stream lived',
      NETWORK,
      attempt({ failures: 4, lived: 59_000 }),
      { action: 'relist', delay: [500, 16_000], failures: 5 },
    ],
    [
      'counts a failure as the first one after a stream that lived',
      NETWORK,
      attempt({ failures: 9, lived: 61_000 }),
      { action: 'resume', delay: [500, 1000], failures: 1 },
    ],
    [
      'treats an answer that no API server gives like a broken connection',
      failed({ kind: 'badResponse', reason: 'content-type' }),
      attempt(),
      { action: 'resume', delay: [500, 1000], failures: 1 },
    ],
    [
      'treats an error of the server like a broken connection',
      failed({ kind: 'server', code: 500 }),
      attempt({ failures: 1 }),
      { action: 'resume', delay: [500, 2000], failures: 2 },
    ],
    [
      'comes back when the server said, not sooner, and never lists anew for it',
      failed({ kind: 'throttled', retryAfterMs: 7000 }),
      attempt({ failures: 8 }),
      { action: 'resume', delay: [7000, 8000], failures: 9 },
    ],
    [
      'backs off by itself when the server said only that it is too busy',
      failed({ kind: 'throttled', retryAfterMs: null }),
      attempt({ failures: 5 }),
      { action: 'resume', delay: [500, 30_000], failures: 6 },
    ],
    [
      'is not blinded for hours by a Retry-After of hours',
      failed({ kind: 'throttled', retryAfterMs: 86_400_000 }),
      attempt(),
      { action: 'resume', delay: [300_000, 301_000], failures: 1 },
    ],
    [
      'tries again soon after a 401, since a rotated token is read anew',
      failed({ kind: 'unauthorized' }),
      attempt(),
      { action: 'resume', delay: [1000, 2000], failures: 1 },
    ],
    [
      'waits up to a minute when the new token is refused as well',
      failed({ kind: 'unauthorized' }),
      attempt({ failures: 1 }),
      { action: 'resume', delay: [30_000, 60_000], failures: 2 },
    ],
    [
      'asks soon again for a kind that is denied all of a sudden: a server that starts may not have read its roles',
      failed({ kind: 'forbidden' }),
      attempt(),
      { action: 'resume', delay: [500, 2000], failures: 1 },
    ],
    [
      'gives a kind up that RBAC denies again and again, and probes every five minutes or so',
      failed({ kind: 'forbidden' }),
      attempt({ denials: 3 }),
      { action: 'unavailable', delay: [270_000, 330_000], failures: 1 },
    ],
    [
      'gives a kind up that is not served, and probes every five minutes or so',
      failed({ kind: 'notFound' }),
      attempt({ failures: 12, denials: 13, canResume: false }),
      { action: 'unavailable', delay: [270_000, 330_000], failures: 13 },
    ],
    [
      'probes for the first time after half a minute: the server may have started together with us',
      failed({ kind: 'forbidden' }),
      attempt({ canResume: false }),
      { action: 'unavailable', delay: [27_000, 33_000], failures: 1 },
    ],
  ])('%s', (_title, outcome, given, expected) => {
    expect(plan(outcome, given)).toEqual(expected);
  });
});

describe('planReconnect, for a list in a stream that did not come to its end', () => {
  const streaming = (change: Parameters<typeof attempt>[0] = {}) =>
    attempt({ streamingList: true, canResume: false, ...change });
  it.each<[string, Outcome, Attempt, ReturnType<typeof plan>]>([
    [
      'asks at once for pages where the server does not know such lists: that is no failure',
      failed({ kind: 'server', code: 422 }),
      streaming(),
      { action: 'relist', delay: [0, 0], failures: 0, inPages: true },
    ],
    [
      'asks at once for pages where etcd cannot say how fresh a cache is',
      failed({ kind: 'server', code: 500 }),
      streaming({ failures: 2 }),
      { action: 'relist', delay: [0, 0], failures: 2, inPages: true },
    ],
    [
      'asks at once for pages where a cache is behind, whatever the server says of coming back',
      failed({ kind: 'throttled', retryAfterMs: 1000, behind: true }),
      streaming(),
      { action: 'relist', delay: [0, 0], failures: 0, inPages: true },
    ],
    [
      'asks at once for pages where the end of the list is not marked',
      failed({ kind: 'badResponse', reason: 'unfinished' }),
      streaming({ lived: 20 }),
      { action: 'relist', delay: [0, 0], failures: 0, inPages: true },
    ],
    [
      'asks for pages after a stream that fell silent in the middle of the list',
      { type: 'silent' },
      streaming({ lived: 90_000 }),
      { action: 'relist', delay: [0, 1000], failures: 0, inPages: true },
    ],
    [
      'asks for a stream again after one broken connection',
      NETWORK,
      streaming(),
      { action: 'relist', delay: [500, 1000], failures: 1 },
    ],
    [
      'asks for pages when a second stream breaks: it may be the stream that ails',
      NETWORK,
      streaming({ failures: 1 }),
      { action: 'relist', delay: [500, 2000], failures: 2, inPages: true },
    ],
    [
      'learns nothing of streams from a server that cannot be reached',
      failed({ kind: 'network', unreached: true }),
      streaming({ failures: 7 }),
      { action: 'relist', delay: [500, 30_000], failures: 8 },
    ],
    [
      'learns nothing of streams from credentials that are refused',
      failed({ kind: 'unauthorized' }),
      streaming({ failures: 1 }),
      { action: 'relist', delay: [30_000, 60_000], failures: 2 },
    ],
    [
      'comes back when a busy server said, and asks for the same',
      failed({ kind: 'throttled', retryAfterMs: 7000 }),
      streaming(),
      { action: 'relist', delay: [7000, 8000], failures: 1 },
    ],
    [
      'gives up a kind that is denied, in whatever way it is asked for',
      failed({ kind: 'forbidden' }),
      streaming({ denials: 1 }),
      { action: 'unavailable', delay: [270_000, 330_000], failures: 1 },
    ],
  ])('%s', (_title, outcome, given, expected) => {
    expect(plan(outcome, given)).toEqual(expected);
  });
});
