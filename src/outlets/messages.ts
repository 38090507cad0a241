/** Messages to people elsewhere: Slack, Teams, PagerDuty, Alertmanager, any webhook. What is told follows from the state of each fight. */
import type { AlertmanagerReceiver, MessageReceiver, Receiver } from '../config/receivers.ts';
import type { CheckpointSection } from '../daemon/checkpoint-sections.ts';
import type { Outlet } from '../daemon/outlet.ts';
import type { Observation } from '../model/observations.ts';
import type { Conflict, Notice } from '../model/verdicts.ts';
import type { Pipeline } from '../pipeline.ts';
import { AlertmanagerSync } from './alertmanager.ts';
import { conflictMessage, noticeMessage } from './build-message.ts';
import { Courier, type CourierOptions, type MessageOutcome } from './courier.ts';
import { endOf, type OccasionKind } from './occasion.ts';
import { type Entry, MOST_FOLLOWED, type Phase, ToldLedger } from './told.ts';
import { WaitingNotices } from './waiting-notices.ts';
import { passesFilters, wantsNotice, wantsOccasion } from './wants.ts';

export interface MessagesOptions extends CourierOptions {
  readonly pipeline: Pick<Pipeline, 'detector' | 'remedyFor'>;
  /** Whether the fight costs capacity. */
  readonly hasEscalated: (conflictId: string) => boolean;
  readonly externalUrl: () => string;
  /** Stores what was told. */
  readonly persist: () => Promise<unknown>;
}

/** What a receiver has got, for the metrics. */
export interface ReceiverStats {
  readonly receiver: string;
  readonly counts: Readonly<Record<MessageOutcome, number>>;
  readonly waiting: number;
}

export class Messages implements Outlet {
  readonly name = 'messages';
  readonly sections: readonly [told: CheckpointSection, notices: CheckpointSection];
  readonly #options: MessagesOptions;
  readonly #told = new ToldLedger();
  readonly #notices = new WaitingNotices();
  readonly #couriers = new Map<string, Courier>();
  /** Receivers for which so many fights are followed that further ones wait. */
  readonly #full = new Set<string>();
  readonly #alertmanagers = new Map<string, AlertmanagerSync>();

  constructor(options: MessagesOptions) {
    this.#options = options;
    this.sections = [
      { name: 'messages', save: () => this.#told.save(), restore: (value) => this.#told.restore(value) },
      {
        name: 'waiting-notices',
        save: () => this.#notices.save(),
        restore: (value) => {
          this.#notices.restore(value);
          this.#notices.keep([...this.#couriers.keys()]);
        },
      },
    ];
  }

  /** The receivers from now on. What waits for one that stays goes by its new settings. */
  take(receivers: readonly Receiver[]): void {
    const told = receivers.filter((receiver): receiver is MessageReceiver => receiver.type !== 'alertmanager');
    const kept = receivers.filter((receiver): receiver is AlertmanagerReceiver => receiver.type === 'alertmanager');
    exchange(this.#couriers, told, (receiver) => new Courier(receiver, this.#options));
    exchange(this.#alertmanagers, kept, (receiver) => new AlertmanagerSync(receiver, this.#options));
    this.#told.keep(told.map(({ name }) => name));
    this.#notices.keep(told.map(({ name }) => name));
  }

  observe(observation: Observation): void {
    if (!this.#options.leads()) return;
    if (observation.type === 'transition') {
      this.#follow(observation.transition.conflict);
      for (const alertmanager of this.#alertmanagers.values()) alertmanager.poke();
    } else if (observation.type === 'notice') {
      for (const courier of this.#couriers.values()) this.#sendNotice(observation.notice, courier);
    }
  }

  /** Tells what has not been told: after a restart, a change of leader, or an escalation. */
  look(): void {
    if (!this.#options.leads()) return;
    for (const courier of this.#couriers.values())
      for (const notice of this.#notices.due(courier.receiver.name)) this.#sendNotice(notice, courier);
    for (const conflict of this.#options.pipeline.detector.conflicts()) this.#follow(conflict);
  }

  /** Sends what changed at once, to those who hear of everything that lasts as well. */
  poke(): void {
    this.look();
    for (const alertmanager of this.#alertmanagers.values()) alertmanager.poke();
  }

  /** Another process leads now. */
  handOver(): void {
    for (const courier of this.#couriers.values()) courier.handOver();
  }

  stats(): ReceiverStats[] {
    const told = [...this.#couriers.values()].map(({ receiver, counts, waiting }) => ({
      receiver: receiver.name,
      counts,
      waiting,
    }));
    return [...told, ...[...this.#alertmanagers.values()].map((alertmanager) => alertmanager.stats())];
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#couriers.values()].map((courier) => courier.idle()));
  }

  async stop(): Promise<void> {
    const all = [...this.#couriers.values(), ...this.#alertmanagers.values()];
    await Promise.all(all.map((each) => each.stop()));
    await this.#options.post.close();
  }

  #follow(conflict: Conflict): void {
    for (const courier of this.#couriers.values()) this.#tellOf(conflict, courier);
  }

  #tellOf(conflict: Conflict, courier: Courier): void {
    const { name } = courier.receiver;
    const known = this.#told.get(name, conflict.id);
    if (conflict.state === 'confirmed') {
      const entry = known ?? this.#open(name, conflict.id);
      if (entry === null) return;
      if (entry.queued === 'over') entry.severity = 'warning';
      if (entry.queued === null || entry.queued === 'over') this.#send('confirmed', conflict, courier, entry);
      if (entry.queued !== 'escalated' && this.#options.hasEscalated(conflict.id)) {
        entry.severity = 'critical';
        this.#send('escalated', conflict, courier, entry);
      }
    } else if (conflict.state === 'resolved' && known !== undefined && known.queued !== 'over')
      this.#send(endOf(conflict), conflict, courier, known);
  }

  #sendNotice(notice: Notice, courier: Courier): void {
    const { externalUrl, persist } = this.#options;
    const { receiver } = courier;
    if (!wantsNotice(receiver, notice)) {
      this.#notices.settle(notice, receiver.name);
      return;
    }
    this.#notices.send(notice, receiver.name);
    courier.enqueue(noticeMessage(notice, externalUrl()), (outcome) => {
      if (outcome === 'recalled') this.#notices.recall(notice, receiver.name);
      else if (this.#notices.settle(notice, receiver.name)) return persist();
      return undefined;
    });
  }

  #open(receiver: string, conflictId: string): Entry | null {
    const { pipeline, logger } = this.#options;
    let entry = this.#told.open(receiver, conflictId);
    if (entry === null) {
      const known = new Set(pipeline.detector.conflicts().map(({ id }) => id));
      this.#told.keepKnown(receiver, (id) => known.has(id));
      entry = this.#told.open(receiver, conflictId);
    }
    if (entry !== null) this.#full.delete(receiver);
    else if (!this.#full.has(receiver)) {
      this.#full.add(receiver);
      const sentence = `receiver ${receiver} is told of ${MOST_FOLLOWED} fights at a time, and of further ones when some of these are over`;
      logger.warn({ event: 'message', receiver }, sentence);
    }
    return entry;
  }

  #send(kind: OccasionKind, conflict: Conflict, courier: Courier, entry: Entry): void {
    const { pipeline, externalUrl, persist } = this.#options;
    const { receiver } = courier;
    const phase: Phase = kind === 'half-fixed' || kind === 'resolved' ? 'over' : kind;
    const before = entry.queued;
    entry.queued = phase;
    const settle = () => this.#told.settle(receiver.name, conflict.id, phase);
    if (!wantsOccasion(receiver, kind) || !passesFilters(receiver, conflict.workload, entry.severity)) {
      settle();
      return;
    }
    const at = phase === 'over' ? (conflict.resolvedAt ?? pipeline.detector.now) : pipeline.detector.now;
    const remedy = pipeline.remedyFor(conflict);
    courier.enqueue(
      conflictMessage({ kind, at, severity: entry.severity, conflict, remedy }, externalUrl()),
      (outcome) => {
        if (outcome === 'recalled') {
          // Whoever leads next tells it, this process included.
          entry.queued = before;
          return;
        }
        settle();
        return persist();
      },
    );
  }
}

/** Stops what is no longer named, makes what is new, and gives the others their new settings. */
function exchange<R extends Receiver, W extends { receiver: R; stop(): Promise<void> }>(
  workers: Map<string, W>,
  receivers: readonly R[],
  make: (receiver: R) => W,
): void {
  for (const [name, worker] of workers) {
    if (receivers.some((receiver) => receiver.name === name)) continue;
    workers.delete(name);
    void worker.stop();
  }
  for (const receiver of receivers) {
    const worker = workers.get(receiver.name);
    if (worker === undefined) workers.set(receiver.name, make(receiver));
    else worker.receiver = receiver;
  }
}
