/** The audit over manifests: texts → objects → worlds → models → the same rules as for a live cluster. */
import { type Audit, runAudit } from '../audit/audit.ts';
import { RULES } from '../audit/rules.ts';
import { LazyJqEngine } from '../kubernetes/jq-engine.ts';
import type { Millis } from '../model/facts.ts';
import { needsJq } from '../rules/needs-jq.ts';
import { roleOf } from './classify.ts';
import { joinObjects } from './join.ts';
import { type InputCounts, notesOn } from './notes.ts';
import { type ManifestObject, type ManifestProblem, parseText } from './parse-text.ts';
import { setPatchesAside } from './patches.ts';
import { mergeAudits, namesOfTargets, placeRisks } from './place-risks.ts';
import { readInput } from './read-input.ts';
import { claimModels, modelOf, type WorldModel } from './world-model.ts';
import { dealOut } from './worlds.ts';

export interface ManifestAuditOptions {
  readonly now: Millis;
  /** What '-' among the paths stands for. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Told after each file, for a progress line. */
  readonly onFile?: (filesRead: number) => void;
}

export interface ManifestAudit extends Audit {
  readonly counts: InputCounts;
  /** What is not valid, each left out; with --strict a reason for exit code 2. In the order of the input. */
  readonly problems: readonly ManifestProblem[];
  /** What was left out or assumed on purpose, one sentence each, for stderr. */
  readonly notes: readonly string[];
}

/** TW109 looks at all worlds at once, every other rule at one. */
const CLAIM_RULES = RULES.filter((rule) => rule.id === 'TW109');
const WORLD_RULES = RULES.filter((rule) => rule.id !== 'TW109');

/** @throws ManifestInputError when a path that was named cannot be read. */
export async function auditManifests(paths: readonly string[], options: ManifestAuditOptions): Promise<ManifestAudit> {
  const { objects: all, problems, ...read } = await readObjects(paths, options);
  const { objects, patches } = setPatchesAside(all);
  const { applications, instances } = joinObjects(objects);
  const worlds = dealOut(instances, applications);
  const common = objects.filter(({ raw }) => ['settings', 'application-set'].includes(roleOf(raw)));
  const targets = namesOfTargets(all);
  const jq = new LazyJqEngine();
  const audits: Audit[] = [];
  const audit = async (world: WorldModel, rules: typeof RULES) => {
    if (usesJq(world)) await jq.load();
    const found = runAudit({ model: world.model, jq, now: options.now, partial: true }, rules);
    audits.push(placeRisks(found, world, targets));
  };
  for (const world of worlds) await audit(modelOf(world, common), WORLD_RULES);
  for (const claims of claimModels(worlds)) await audit(claims, CLAIM_RULES);
  const counts = { ...read, objects: all.length, worlds: worlds.length, patches: patches.length };
  const merged = mergeAudits(audits);
  const notes = notesOn(counts, applications, instances, [...merged.risks, ...merged.suppressed]);
  return { ...merged, counts, problems, notes };
}

async function readObjects(paths: readonly string[], options: ManifestAuditOptions) {
  const objects: ManifestObject[] = [];
  const problems: ManifestProblem[] = [];
  let files = 0;
  let templates = 0;
  for await (const text of readInput(paths, options.stdin)) {
    const parsed = parseText(text);
    objects.push(...parsed.objects);
    problems.push(...parsed.problems);
    templates += parsed.templates;
    files += 1;
    options.onFile?.(files);
  }
  return { objects, problems, files, templates };
}

function usesJq({ model }: WorldModel): boolean {
  const facts = [...model.applications.values(), ...model.applicationSets.values(), ...model.argoSettings.values()];
  return facts.some((fact) => needsJq({ type: 'upsert', at: 0, origin: 'list', fact }));
}
