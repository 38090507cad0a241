/** What the daemon logs of itself. */
import type { Audit } from '../audit/audit.ts';
import type { Engine } from '../engine.ts';
import type { Logger } from '../telemetry/logger.ts';

export function readySentence(engine: Engine): string {
  const { workloads, applications, hpas } = engine.pipeline.model;
  return `ready: ${workloads.size} workloads, ${hpas.size} HPAs and ${applications.size} Applications are watched`;
}

export function leaderSentence(leads: boolean, identity: string): string {
  return leads
    ? `this replica leads (${identity}): what is written and sent comes from it`
    : `this replica does not lead any more (${identity}): it watches, and another writes`;
}

export function logAudit(logger: Logger, audit: Audit): void {
  const rules = Map.groupBy(
    audit.risks.filter((risk) => risk.suppressed === null),
    (risk) => `${risk.rule} ${risk.name}`,
  );
  if (rules.size === 0) return;
  const found = [...rules].map(([rule, risks]) => `${rule} (${risks.length})`).sort();
  logger.info({ event: 'audit', risks: audit.risks.length }, `audit: ${found.join(', ')}; see /api/v1/report`);
}
