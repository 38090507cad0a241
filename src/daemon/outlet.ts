import { hostname } from 'node:os';
import type { Engine } from '../engine.ts';
import type { Millis } from '../model/facts.ts';
import type { Observation } from '../model/observations.ts';
import type { Remediator } from '../remediation/remediator.ts';
import type { DaemonOptions } from './daemon.ts';

/** A way out of the daemon for what the detector observes, beside the log: remediation, Events, messages. */
export interface Outlet {
  readonly name: string;
  /** Must return at once and never throw: whatever takes time waits in a bounded queue of the outlet's own. */
  observe(observation: Observation): void;
  /** Ends within two seconds, whatever still waits. */
  stop(): Promise<void>;
}

/** null unless it was asked for: then nothing in the process can change an object of the cluster. */
export async function createRemediator(
  { config, client, logger }: DaemonOptions,
  { pipeline }: Engine,
  now: () => Millis,
): Promise<Remediator | null> {
  if (config.remediationMode !== 'apply') return null;
  const { Remediator } = await import('../remediation/remediator.ts');
  const { remediationNamespaces: namespaces, remediationSelector: labels, remediationPerHour: perHour } = config;
  const where =
    namespaces.length === 0 && labels.length === 0 ? 'where an annotation permits it' : 'where it is permitted';
  logger.warn({ event: 'remediation-on', namespaces, perHour }, `remedies are carried out ${where}`);
  return new Remediator({
    client,
    pipeline,
    logger,
    now,
    perHour,
    allowed: { namespaces, labels },
    instance: hostname(),
  });
}
