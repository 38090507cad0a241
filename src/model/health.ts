/** How well Tugwatch sees: the state of each watch, as its owner reports it to /readyz, /metrics, the report and the page. */
import type { Millis } from './facts.ts';

/**
 * listing: the first list is under way. watching: every version arrives. interrupted: the watch broke and is being
 * reopened, so silence proves nothing. absent: the API server does not serve the kind. forbidden: RBAC denies it.
 */
export type WatchState = 'listing' | 'watching' | 'interrupted' | 'absent' | 'forbidden';

/** One watched kind of one cluster. */
export interface WatchHealth {
  /** Name of the cluster, '' when there is only one and it has no name. */
  readonly cluster: string;
  /** Plural and group, 'deployments.apps'; plain plural for the core group, 'configmaps'. */
  readonly resource: string;
  /** Without this kind no verdict is possible: readiness waits for its first list. */
  readonly mandatory: boolean;
  readonly state: WatchState;
  /** The kind was listed completely at least once. */
  readonly listed: boolean;
  /** The last byte that came from the API server on this watch, bookmarks included; null before the first. */
  readonly lastContactAt: Millis | null;
  /** Objects that a fresh list showed different from what the watch had told. */
  readonly corrections: number;
  /** Times the watch broke so that versions may have been missed. */
  readonly gaps: number;
  /** One sentence on what is wrong and what to do; '' when nothing is. */
  readonly message: string;
}
