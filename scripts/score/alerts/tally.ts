/** The score of one rule while the recordings go by. */
import type { Millis } from '../../../src/model/facts.ts';
import type { Expectation } from '../expectation.ts';
import { PromqlError } from '../promql/syntax.ts';
import type { Scrapes } from '../scrape/scrape-recording.ts';
import { evaluationTimes, fireAlert } from './fire.ts';
import { judgeFirings } from './judge-firings.ts';
import type { AlertRule } from './read-rules.ts';

export interface PeerScore {
  readonly name: string;
  readonly found: number;
  readonly fights: number;
  /** Recordings in which it fired for something that is in no fight. */
  readonly wolves: readonly string[];
  /** From the first revert; of those fights found whose first revert is known. */
  readonly delaysMs: readonly Millis[];
  /** What it says of who fights over what and how to end it. */
  readonly says: string;
}

export class Tally {
  readonly rule: AlertRule;
  /** Why the rule cannot be evaluated after all, to follow its name; null while it can. */
  failure: string | null = null;
  #found = 0;
  #fights = 0;
  readonly #wolves: string[] = [];
  readonly #delays: Millis[] = [];
  readonly #labels = new Set<string>();

  constructor(rule: AlertRule) {
    this.rule = rule;
  }

  take(recording: string, expectation: Expectation, { store, times, targets }: Scrapes): void {
    if (this.failure !== null) return;
    try {
      const firings = fireAlert(this.rule, store, evaluationTimes(times, this.rule.interval));
      const { found, criedWolf } = judgeFirings(firings, expectation, targets);
      this.#fights += expectation.conflicts.length;
      this.#found += found.length;
      if (criedWolf) this.#wolves.push(recording);
      for (const { delayMs } of found) if (delayMs !== null) this.#delays.push(delayMs);
      for (const { labels } of firings) for (const label of Object.keys(labels)) this.#labels.add(label);
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error;
      this.failure = `over the recording ${recording}, ${error.message}`;
    }
  }

  score(): PeerScore {
    const labels = [...this.#labels].toSorted();
    return {
      name: this.rule.alert,
      found: this.#found,
      fights: this.#fights,
      wolves: this.#wolves,
      delaysMs: this.#delays,
      // An alert says no more than its labels, and none of these is a field, a writer or a remedy.
      says: labels.length === 0 ? 'no' : `no, only ${labels.join(', ')}`,
    };
  }
}
