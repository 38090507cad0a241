/** From what the audit of one world found to what the input as a whole has: file and line, each thing told once. */
import type { Audit } from '../audit/audit.ts';
import { objectAt, textAt } from '../kubernetes/projections/read-json.ts';
import { keyOf, keyOfParts } from '../model/refs.ts';
import type { Risk } from '../model/verdicts.ts';
import { roleOf } from './classify.ts';
import type { ManifestObject } from './parse-text.ts';
import type { WorldModel } from './world-model.ts';

/**
 * Adds file and line. Leaves out what another world says of an Application that is only a parent here, and scalers whose
 * target is in the input, if only in another stage or as a patch: `targets` are all of those, as 'Deployment web'.
 */
export function placeRisks(audit: Audit, world: WorldModel, targets: ReadonlySet<string>): Audit {
  const stays = (risk: Risk) => {
    if (risk.rule === 'TW111') return !targets.has(targetOf(world.places.get(keyOf(risk.workload))));
    return world.home === null || risk.workload.kind !== 'Application' || world.home.has(keyOf(risk.workload));
  };
  const place = (risk: Risk) => placed(risk, world);
  return {
    risks: audit.risks.filter(stays).map(place),
    suppressed: audit.suppressed.filter(stays).map(place),
    safe: audit.safe,
  };
}

function placed(risk: Risk, world: WorldModel): Risk {
  const key = keyOf(risk.workload);
  // What is wrong with a rule stands where the rule stands, whatever the workload it misses.
  const holder = risk.rule === 'TW103' ? applicationOf(risk, world) : undefined;
  const object = holder ?? world.places.get(key);
  if (object === undefined) return risk;
  const lines = object.lines();
  const line =
    holder !== undefined
      ? (lines.rules ?? lines.object)
      : risk.field === '/spec/replicas'
        ? (lines.replicas ?? lines.object)
        : lines.object;
  return {
    ...risk,
    location: { file: object.file, line },
    ...(world.uncertain.has(key) ? { certainty: 'assumed' as const } : {}),
  };
}

function applicationOf({ application }: Risk, world: WorldModel): ManifestObject | undefined {
  if (application === null) return undefined;
  return world.places.get(keyOfParts('argoproj.io', 'Application', application.namespace, application.name));
}

/** 'Deployment web': what a scaler may mean, in whatever namespace or stage, whole or as a patch. */
export function namesOfTargets(objects: readonly ManifestObject[]): Set<string> {
  const names = objects
    .filter(({ raw }) => roleOf(raw) === 'workload')
    .map(({ raw }) => `${textAt(raw, 'kind')} ${textAt(raw, 'metadata', 'name')}`);
  return new Set(names);
}

function targetOf(scaler: ManifestObject | undefined): string {
  const target = scaler === undefined ? undefined : objectAt(scaler.raw, 'spec', 'scaleTargetRef');
  return `${textAt(target, 'kind') || 'Deployment'} ${textAt(target, 'name')}`;
}

/** The audits of all worlds as one, in the order of file and line. */
export function mergeAudits(audits: readonly Audit[]): Audit {
  const risks = withoutTwins(audits.flatMap((audit) => audit.risks));
  const suppressed = withoutTwins(audits.flatMap((audit) => audit.suppressed));
  // What two Applications claim is found over all worlds, while each world has called its own copy safe.
  const claimed = [...risks, ...suppressed].filter((risk) => risk.rule === 'TW109');
  const accused = new Set(claimed.map((risk) => keyOf(risk.workload)));
  const safe = audits.flatMap((audit) => audit.safe).filter(({ workload }) => !accused.has(keyOf(workload)));
  return { risks, suppressed, safe };
}

/** argocd-cm stands in every world: what is wrong with it is told once. */
function withoutTwins(risks: readonly Risk[]): Risk[] {
  const told = new Map<string, Risk>();
  for (const risk of risks) {
    const { file = '', line = 0 } = risk.location ?? {};
    const key = `${file}\n${line}\n${risk.rule}\n${keyOf(risk.workload)}\n${risk.application?.name ?? ''}`;
    if (!told.has(key)) told.set(key, risk);
  }
  return [...told.values()].sort(byLocation);
}

function byLocation(a: Risk, b: Risk): number {
  const [fileA, fileB] = [a.location?.file ?? '', b.location?.file ?? ''];
  if (fileA !== fileB) return fileA < fileB ? -1 : 1;
  return (a.location?.line ?? 0) - (b.location?.line ?? 0) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}
