/**
 * Leader election as a pure plan: what was seen of the Lease and when, on a clock of our own → what to do next. The rules
 * are those of client-go's tools/leaderelection (LeaderElector.tryAcquireOrRenew): a Lease is taken only when it is free,
 * or when not one change of it was seen for its whole duration; the times written in it are for people and decide
 * nothing; every write names the version that it was made from.
 */
import type { LeaseView } from '../kubernetes/leases.ts';
import type { Millis } from '../model/facts.ts';

/** In milliseconds. client-go's defaults for core components are 15 s, 10 s and 2 s. */
export interface ElectionTiming {
  /** Without any change for so long, the Lease may be taken from its holder. */
  readonly lease: Millis;
  /** Without a renewal for so long, the holder does not lead any more. Shorter than `lease`: what is between is the margin. */
  readonly renew: Millis;
  /** Between two attempts. */
  readonly retry: Millis;
}

/** client-go's proportions for a Lease of so many seconds. */
export function timingOf(leaseSeconds: number): ElectionTiming {
  const lease = leaseSeconds * 1000;
  return { lease, renew: Math.round((lease * 10) / 15), retry: Math.round((lease * 2) / 15) };
}

/** Both of our clocks. The wall clock may jump; the monotonic one stands still while the machine is suspended. */
export interface Instant {
  readonly monotonic: Millis;
  readonly wall: Millis;
}

export interface ElectionState {
  readonly identity: string;
  readonly timing: ElectionTiming;
  /** The Lease as it was seen last: null when it was never seen, 'absent' when there was none. */
  readonly seen: LeaseView | 'absent' | null;
  /** When this version of it was seen first; monotonic. */
  readonly seenAt: Millis;
  /** Whether `seen` is the answer to the last request, and to which: only on that a write is made. */
  readonly basis: 'read' | 'written' | null;
  /** When the last write that made or kept us its holder was sent; null: it is not ours. */
  readonly renewedAt: Instant | null;
  /** Counts the times we took it from somebody else or found it free. */
  readonly term: number;
  /** When to try next; monotonic. */
  readonly nextAt: Millis;
}

export type ElectionStep =
  | { readonly action: 'wait'; readonly ms: Millis }
  | { readonly action: 'read' }
  /** `holder` '': it is given up. `acquire`: acquireTime is set anew. `resourceVersion` null: it is created. */
  | {
      readonly action: 'write';
      readonly holder: string;
      readonly acquire: boolean;
      readonly transitions: number;
      readonly resourceVersion: string | null;
    };

export type ElectionAnswer =
  | { readonly type: 'lease'; readonly lease: LeaseView }
  | { readonly type: 'absent' }
  /** 409: somebody wrote in between, so nothing of ours was stored. */
  | { readonly type: 'conflict' }
  /** No answer, or another refusal: whether it was stored is not known. */
  | { readonly type: 'failed'; readonly retryAfter: Millis | null };

export function beginElection(identity: string, timing: ElectionTiming, now: Millis): ElectionState {
  return { identity, timing, seen: null, seenAt: now, basis: null, renewedAt: null, term: 0, nextAt: now };
}

/**
 * Whether this process may write as the leader now. By the clock that went further: one that stood still (a suspended
 * machine) must not make an old renewal look young, and one that was set forward costs a moment only.
 */
export function leadsAt({ renewedAt, timing }: ElectionState, now: Instant): boolean {
  if (renewedAt === null) return false;
  const passed = Math.max(now.monotonic - renewedAt.monotonic, now.wall - renewedAt.wall);
  return passed < timing.renew;
}

export type ElectionRequest = Exclude<ElectionStep, { action: 'wait' }>;

/** What to do now. After 'read' and 'write' comes `afterAnswer`; 'wait' is over after `ms`, or earlier. */
export function planElection(state: ElectionState, now: Millis): ElectionStep {
  const { seen, identity } = state;
  if (now < state.nextAt) return { action: 'wait', ms: state.nextAt - now };
  if (seen === null || state.basis === null) return { action: 'read' };
  if (seen === 'absent')
    return { action: 'write', holder: identity, acquire: true, transitions: 0, resourceVersion: null };
  const { transitions, resourceVersion } = seen;
  if (seen.holder === identity)
    return { action: 'write', holder: identity, acquire: false, transitions, resourceVersion };
  if (isTakeable(state, seen, now))
    return { action: 'write', holder: identity, acquire: true, transitions: transitions + 1, resourceVersion };
  return { action: 'read' };
}

/**
 * The state after an answer. `sentAt`: when its request was sent, the earliest that the server can have stored it.
 * `random` in [0, 1): those who wait for a Lease must not all come at once.
 */
export function afterAnswer(
  state: ElectionState,
  step: ElectionRequest,
  answer: ElectionAnswer,
  times: { readonly sentAt: Instant; readonly now: Millis; readonly random: number },
): ElectionState {
  const { sentAt, now, random } = times;
  const { timing, identity } = state;
  switch (answer.type) {
    case 'lease': {
      const { lease } = answer;
      const isNew =
        state.seen === null || state.seen === 'absent' || state.seen.resourceVersion !== lease.resourceVersion;
      const basis = step.action === 'read' ? 'read' : 'written';
      const seen: ElectionState = { ...state, seen: lease, seenAt: isNew ? now : state.seenAt, basis };
      if (lease.holder !== identity) {
        const lost = { ...seen, renewedAt: null };
        return isTakeable(lost, lease, now) ? { ...lost, nextAt: now } : later(lost, now, random);
      }
      if (step.action === 'read') return { ...seen, nextAt: now };
      return {
        ...seen,
        renewedAt: sentAt,
        term: step.acquire ? state.term + 1 : state.term,
        nextAt: sentAt.monotonic + timing.retry,
      };
    }
    case 'absent': {
      // Somebody deleted it: whoever creates it first leads, and that need not be us.
      const gone: ElectionState = { ...state, seen: 'absent', seenAt: now, basis: 'read', renewedAt: null };
      return step.action === 'read' ? { ...gone, nextAt: now } : later(gone, now, random);
    }
    case 'conflict': {
      // A renewal on what we wrote ourselves looks at once who else wrote; whoever has just read has lost a race.
      const again = state.basis === 'written' && state.renewedAt !== null;
      return again ? { ...state, basis: null, nextAt: now } : later(state, now, random);
    }
    case 'failed': {
      const next = later(state, now, random);
      // Whoever leads has a deadline to keep; the others come when the server wants them to.
      const asked = state.renewedAt === null ? Math.min(answer.retryAfter ?? 0, timing.lease) : 0;
      return { ...next, nextAt: Math.max(next.nextAt, now + asked) };
    }
  }
}

/** What gives the Lease up, for an orderly end: 'read' first where it is not sure that it is ours; null: it is not. */
export function planRelease({ seen, basis, identity }: ElectionState): ElectionRequest | null {
  if (seen === null || seen === 'absent') return null;
  // What was seen last may be somebody else's, and a write of ours whose answer was lost may have come after it.
  if (basis === null) return { action: 'read' };
  if (seen.holder !== identity) return null;
  const { transitions, resourceVersion } = seen;
  return { action: 'write', holder: '', acquire: true, transitions, resourceVersion };
}

/** Free, or its holder showed no sign of life for the whole duration. */
function isTakeable({ seenAt, timing }: ElectionState, lease: LeaseView, now: Millis): boolean {
  return lease.holder === '' || now - seenAt >= (lease.duration ?? timing.lease);
}

/** client-go's wait.JitterUntil: up to 1.2 periods more. Whoever leads does not wait longer than the period. */
function later(state: ElectionState, now: Millis, random: number): ElectionState {
  const { retry } = state.timing;
  const jitter = state.renewedAt === null ? random * 1.2 * retry : 0;
  return { ...state, basis: null, nextAt: now + retry + jitter };
}
