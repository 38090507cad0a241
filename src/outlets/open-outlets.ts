/** The ways out that tell people, built as the configuration asks for them: none of their code is loaded otherwise. */
import { hostname } from 'node:os';
import type { Outlet, OutletContext } from '../daemon/outlet.ts';
import type { Conflict } from '../model/verdicts.ts';

/** In the order in which they are told of an observation. */
export async function openOutlets(context: OutletContext): Promise<Outlet[]> {
  const { config } = context;
  if (config.events === 'none') return [];
  const outlets: Outlet[] = [];
  const onEscalation: ((conflict: Conflict) => void)[] = [];
  const events = await openEvents(context);
  outlets.push(events);
  onEscalation.push((conflict) => events.tell('escalated', conflict));
  const { EscalationWatch } = await import('./escalation-watch.ts');
  outlets.push(
    new EscalationWatch(context.engine.pipeline.detector, (conflict) => {
      for (const tell of onEscalation) tell(conflict);
    }),
  );
  return outlets;
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
