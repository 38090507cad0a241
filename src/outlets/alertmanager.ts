/**
 * Keeps one Alertmanager in step with the fights: alerts are sent again while they last, since Alertmanager forgets what it
 * does not hear of, and with their end for a while once they are over. Nothing is queued: the state is sent as it is.
 */
import type { AlertmanagerReceiver } from '../config/receivers.ts';
import type { Millis } from '../model/facts.ts';
import type { Conflict } from '../model/verdicts.ts';
import { ALERTS, alertOf, alertsUrl } from './formats/alertmanager.ts';
import { addressOf, UnreadableFile } from './letter.ts';
import type { MessagesOptions, ReceiverStats } from './messages.ts';
import { endOf } from './occasion.ts';
import type { Receipt } from './post.ts';
import { passesFilters } from './wants.ts';

/** As Prometheus does it (rules/manager.go, ResendDelay). */
export const EVERY_MS = 60_000;
/** How long an alert stands that is not sent again: long enough for a restart, which must not look like an end. */
export const STANDS_MS = 10 * 60_000;
/** The end is sent for this long, as Prometheus does (resolvedRetention). */
const END_SENT_MS = 15 * 60_000;
/** As long as the alert rule remembers a fight that ended by half. */
const HALF_FIXED_MS = 24 * 3_600_000;
const FIRST_PAUSE_MS = 2_000;
const BATCH = 200;

export class AlertmanagerSync {
  receiver: AlertmanagerReceiver;
  readonly #options: Omit<MessagesOptions, 'jq' | 'persist'>;
  readonly #counts = { delivered: 0, refused: 0, expired: 0, dropped: 0 };
  readonly #stopping = new AbortController();
  /** Since when a fight costs capacity, as far as this process knows. */
  readonly #escalatedAt = new Map<string, Millis>();
  readonly #running: Promise<void>;
  #pause = new AbortController();
  #trouble = '';

  constructor(receiver: AlertmanagerReceiver, options: Omit<MessagesOptions, 'jq' | 'persist'>) {
    this.receiver = receiver;
    this.#options = options;
    this.#running = this.#work();
  }

  /** Something has changed: sends at once. */
  poke(): void {
    this.#pause.abort();
  }

  stats(): ReceiverStats {
    // Nothing is queued: either it has the state as it is, or it waits for that.
    return { receiver: this.receiver.name, counts: this.#counts, waiting: this.#trouble === '' ? 0 : 1 };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.poke();
    await this.#running;
  }

  /** The alerts as they are to be sent now. */
  alerts(): unknown[] {
    const now = this.#options.timers.now();
    return this.#options.pipeline.detector.conflicts().flatMap((conflict) => this.#alertsOf(conflict, now));
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const receipt = await this.#sync();
      failures = receipt.outcome === 'again' ? failures + 1 : 0;
      const pause = receipt.outcome === 'again' ? this.#pauseAfter(failures, receipt.retryAfterMs) : EVERY_MS;
      await this.#options.timers.sleep(pause, this.#pause.signal);
      if (this.#pause.signal.aborted) this.#pause = new AbortController();
    }
  }

  async #sync(): Promise<Receipt> {
    const delivered: Receipt = { outcome: 'delivered' };
    if (!this.#options.leads()) {
      // Another's trouble by now.
      this.#trouble = '';
      return delivered;
    }
    const alerts = this.alerts();
    for (let from = 0; from < alerts.length; from += BATCH) {
      const receipt = await this.#send(alerts.slice(from, from + BATCH));
      if (this.#stopping.signal.aborted) return receipt;
      this.#note(receipt);
      if (receipt.outcome !== 'delivered') return receipt;
    }
    return delivered;
  }

  async #send(alerts: readonly unknown[]): Promise<Receipt> {
    const { post, leads } = this.#options;
    try {
      const { url, ...letter } = await addressOf(this.receiver);
      if (!leads()) return { outcome: 'delivered' };
      return await post.send({ ...letter, url: alertsUrl(url), body: JSON.stringify(alerts) }, this.#stopping.signal);
    } catch (error) {
      const reason = error instanceof UnreadableFile ? error.message : 'it cannot be written to';
      return { outcome: 'again', reason, retryAfterMs: null };
    }
  }

  #alertsOf(conflict: Conflict, now: Millis): unknown[] {
    const { pipeline, hasEscalated, externalUrl } = this.#options;
    const make = (kind: keyof typeof ALERTS, startsAt: Millis, endsAt: Millis) => {
      if (!passesFilters(this.receiver, conflict.workload, ALERTS[kind].severity)) return [];
      const input = { kind, conflict, remedy: pipeline.remedyFor(conflict), startsAt, endsAt, now };
      return [alertOf(input, externalUrl(), this.receiver.labels)];
    };
    const began = conflict.detectedAt ?? conflict.startedAt;
    if (conflict.state === 'confirmed') {
      const stands = now + STANDS_MS;
      if (!hasEscalated(conflict.id)) return make('confirmed', began, stands);
      const since = this.#escalatedAt.get(conflict.id) ?? now;
      this.#escalatedAt.set(conflict.id, since);
      return [...make('confirmed', began, stands), ...make('escalated', since, stands)];
    }
    if (conflict.state !== 'resolved' || conflict.resolvedAt === null) return [];
    const { resolvedAt } = conflict;
    const halfFixed =
      endOf(conflict) === 'half-fixed' && now - resolvedAt < HALF_FIXED_MS
        ? make('half-fixed', resolvedAt, now + STANDS_MS)
        : [];
    const since = this.#escalatedAt.get(conflict.id);
    if (now - resolvedAt >= END_SENT_MS) {
      this.#escalatedAt.delete(conflict.id);
      return halfFixed;
    }
    const escalated = since === undefined ? [] : make('escalated', since, resolvedAt);
    return [...make('confirmed', began, resolvedAt), ...escalated, ...halfFixed];
  }

  #pauseAfter(failures: number, retryAfterMs: number | null): Millis {
    const full = Math.min(EVERY_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
    return Math.max(full * (0.5 + this.#options.timers.random() / 2), retryAfterMs ?? 0);
  }

  /** Once for as long as the trouble lasts. */
  #note(receipt: Receipt): void {
    const { logger } = this.#options;
    const { name } = this.receiver;
    if (receipt.outcome !== 'again') this.#counts[receipt.outcome] += 1;
    const trouble = receipt.outcome === 'delivered' ? '' : receipt.reason;
    const fields = { event: 'message', receiver: name, outcome: receipt.outcome };
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    if (trouble === '') logger.info(fields, `receiver ${name} takes alerts again`);
    else
      logger.warn(
        fields,
        `receiver ${name} cannot be told: ${trouble}; it is tried again with the state as it is then`,
      );
  }
}
