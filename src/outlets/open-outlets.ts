/** The ways out that tell people, built as the configuration asks for them: none of their code is loaded otherwise. */
import { hostname } from 'node:os';
import type { Config } from '../config/schema.ts';
import type { Outlet, OutletContext } from '../daemon/outlet.ts';
import { VERSION } from '../version.ts';
import type { EscalationWatch } from './escalation-watch.ts';
import type { KubernetesEvents } from './kubernetes-events.ts';
import type { Messages, ReceiverStats } from './messages.ts';

export interface TellingStats {
  readonly receivers: readonly ReceiverStats[];
  /** null where none are written. */
  readonly events: Readonly<KubernetesEvents['outcomes']> | null;
}

export interface Telling {
  /** In the order in which they are to be told of an observation. */
  readonly outlets: readonly Outlet[];
  /** Rejects with a sentence when a template of a receiver is no jq program. */
  check(config: Config): Promise<void>;
  /** Other receivers, from now on; they must have been checked. */
  take(config: Config): void;
  stats(): TellingStats;
}

/** @throws Error with a sentence when a template of a receiver is no jq program */
export async function openOutlets(context: OutletContext): Promise<Telling> {
  const { config, engine, leadership, untold } = context;
  const events = config.events === 'none' ? null : await openEvents(context);
  // Receivers may come with a changed file: the place for them is always there.
  let current = config;
  const watch: { escalations?: EscalationWatch } = {};
  const messages = await openMessages(context, () => current.externalUrl, watch);
  await messages.check(config);
  messages.outlet.take(config.receivers);
  const { EscalationWatch } = await import('./escalation-watch.ts');
  const escalations = new EscalationWatch(engine.pipeline.detector, {
    escalated: (conflict) => {
      events?.tell('escalated', conflict);
      // Messages follow the state of a fight, and Events do not.
      if (events !== null) untold(() => events.tell('escalated', conflict));
      messages.outlet.poke();
    },
    looked: () => messages.outlet.look(),
  });
  watch.escalations = escalations;
  leadership.onChange((leads) => (leads ? messages.outlet.poke() : messages.outlet.handOver()));
  return {
    // The watch last: it forgets that a fight escalated when that is over.
    outlets: [...(events === null ? [] : [events]), messages.outlet, escalations],
    check: (next) => messages.check(next),
    take(next) {
      current = next;
      messages.outlet.take(next.receivers);
      messages.outlet.poke();
    },
    stats: () => ({ receivers: messages.outlet.stats(), events: events?.outcomes ?? null }),
  };
}

async function openEvents({ client, logger, engine, timers, leadership }: OutletContext) {
  const [{ KubernetesEvents }, { EventRecorder }] = await Promise.all([
    import('./kubernetes-events.ts'),
    import('../kubernetes/event-recorder.ts'),
  ]);
  const recorder = new EventRecorder({
    client,
    instance: hostname(),
    warn: (message) => logger.warn({ event: 'kubernetes-event' }, message),
  });
  return new KubernetesEvents({ recorder, pipeline: engine.pipeline, timers, leads: () => leadership.leads() });
}

async function openMessages(
  { engine, logger, timers, leadership, persist }: OutletContext,
  externalUrl: () => string,
  watch: { readonly escalations?: EscalationWatch },
): Promise<{ readonly outlet: Messages; check(config: Config): Promise<void> }> {
  const [{ Messages }, { createPost }, { LazyJqEngine }, { checkTemplates }] = await Promise.all([
    import('./messages.ts'),
    import('./post.ts'),
    import('../kubernetes/jq-engine.ts'),
    import('./check-templates.ts'),
  ]);
  const jq = new LazyJqEngine();
  const outlet = new Messages({
    post: await createPost(VERSION, () => timers.now()),
    jq,
    timers,
    logger,
    leads: () => leadership.leads(),
    pipeline: engine.pipeline,
    hasEscalated: (id) => watch.escalations?.has(id) ?? false,
    externalUrl,
    persist,
  });
  return { outlet, check: (config) => checkTemplates(config.receivers, jq) };
}
