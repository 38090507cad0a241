import type { Millis } from '../model/facts.ts';
import type { WatchHealth } from '../model/health.ts';
import type { ContestedCounts, SyncCounts } from '../model/observations.ts';
import type { NoticeKind, Risk } from '../model/verdicts.ts';

/** Everything the metrics tell of, as it is at one moment. Taken anew for every scrape. */
export interface TelemetrySnapshot {
  /** When it was taken. */
  readonly now: Millis;
  /**
   * One entry a conflict the detector knows, the resolved ones as long as it knows them. The very same entry as before
   * where nothing was counted.
   */
  readonly contested: readonly ContestedCounts[];
  /** Of an Application; asked of those that are contested or at risk. undefined: no operation of it was seen. */
  readonly syncs: (application: SyncCounts['application']) => SyncCounts['byTrigger'] | undefined;
  readonly risks: readonly Risk[];
  /** Notices since the start, by kind. */
  readonly notices: Readonly<Partial<Record<NoticeKind, number>>>;
  readonly watches: readonly WatchHealth[];
  /** Lines of recordings that could not be read. */
  readonly skippedLines: number;
  /** Applications whose destination is not the watched cluster; none when absent. */
  readonly elsewhere?: number;
  /** How often each bound on memory or connections was reached and something was dropped, since the start. */
  readonly drops?: Readonly<Record<string, number>>;
  /** What became of messages and Events; absent where nobody is told. */
  readonly telling?: TellingCounts;
}

/** Counts since the start, by outcome. */
export interface TellingCounts {
  readonly receivers: readonly {
    readonly receiver: string;
    readonly counts: Readonly<Record<string, number>>;
    readonly waiting: number;
  }[];
  /** null where none are written. */
  readonly events: Readonly<Record<string, number>> | null;
}
