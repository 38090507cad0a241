/** What the daemon logs of itself. */
import type { Audit } from '../audit/audit.ts';
import type { Engine } from '../engine.ts';
import { visible } from '../report/visible.ts';
import { counted } from '../report/words.ts';
import type { Logger } from '../telemetry/logger.ts';

/** 'tugwatch 0.1.0 watches https://hub:6443, and prod-eu (https://10.0.0.1:6443); status page: http://…/'. */
export function startedSentence(
  version: string,
  server: string,
  spokes: readonly { readonly name: string; readonly client: { readonly server: string } }[],
  address: string,
): string {
  const others = spokes.map(({ name, client }) => `${name} (${client.server})`).join(', ');
  return `tugwatch ${version} watches ${server}${others === '' ? '' : `, and ${others}`}; status page: ${address}/`;
}

export function readySentence(engine: Engine): string {
  const { workloads, applications, hpas } = engine.pipeline.model;
  return `ready: ${workloads.size} workloads, ${hpas.size} HPAs and ${applications.size} Applications are watched`;
}

export function leaderSentence(leads: boolean, identity: string): string {
  return leads
    ? `this replica leads (${identity}): what is written and sent comes from it`
    : `this replica does not lead any more (${identity}): nothing is written or sent by it`;
}

/** null when every Application deploys into the watched cluster. */
export function elsewhereSentence(engine: Engine): string | null {
  const elsewhere = engine.pipeline.model.applicationsElsewhere();
  if (elsewhere.length === 0) return null;
  const places = [...new Set(elsewhere.map(({ destination }) => destination.name || destination.server))].sort();
  const named = places.slice(0, 5).map(visible).join(', ') + (places.length > 5 ? ', …' : '');
  return `${counted(elsewhere.length, 'Application')} deploy into clusters that are not watched (${named}); if one of them is this cluster, name it in localDestinations`;
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
