import type { Config } from '../config/schema.ts';
import type { Engine } from '../engine.ts';
import type { WritingClient } from '../kubernetes/client.ts';
import type { Timers } from '../kubernetes/timers.ts';
import type { Millis } from '../model/facts.ts';
import type { Observation } from '../model/observations.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CheckpointSection } from './checkpoint-sections.ts';
import type { Leadership } from './leadership.ts';

/** A way out of the daemon for what the detector observes, beside the log: remediation, Events, messages. */
export interface Outlet {
  readonly name: string;
  /** What it carries over a restart and over a change of leader; absent when that is nothing. */
  readonly sections?: readonly CheckpointSection[];
  /**
   * Told in every replica, whoever leads; what was observed while nobody led comes once more when this process begins to
   * lead. Must return at once and never throw: whatever takes time waits in a bounded queue of the outlet's own. */
  observe(observation: Observation): void;
  /** Ends within two seconds, whatever still waits. */
  stop(): Promise<void>;
}

/** What an outlet is built from. */
export interface OutletContext {
  readonly config: Config;
  /** Refuses to write while this process does not lead. */
  readonly client: WritingClient;
  readonly logger: Logger;
  readonly engine: Engine;
  readonly now: () => Millis;
  readonly timers: Timers;
  /** Of the several replicas only the one that leads may send anything out of the cluster, too. */
  readonly leadership: Leadership;
  /**
   * For what an outlet finds out by itself: does it when this process begins to lead, if nobody leads now, in its turn among what
   * was observed meanwhile.
   */
  readonly untold: (tell: () => void) => void;
  /**
   * Stores the checkpoint with the sections as they are now; false when it was not stored, or none is kept. What must
   * not happen twice is stored before the next of its kind.
   */
  readonly persist: () => Promise<boolean>;
}
