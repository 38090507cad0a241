/** The remedy that most conflicts and risks share: Argo CD leaves the fields alone, now and for good. */
import type { Remedy, RemedyStep } from '../model/verdicts.ts';
import { narrowestRule } from './field-rule.ts';
import { describeChange, type ProtectSteps, protectSteps } from './protect-steps.ts';
import { applicationLabel, type Situation } from './situation.ts';
import { verifyRule } from './verify.ts';
import { type Warning, warningsOf } from './warnings.ts';
import { toYaml } from './yaml.ts';

export interface ProtectOptions {
  /** Who keeps the field: 'hpa/web', 'the scheduler pykube-ng'. */
  readonly keeper: string;
  /** Steps that come after the two. */
  readonly after: readonly RemedyStep[];
  readonly warnings?: readonly Warning[];
}

export function protectRemedy(situation: Situation, options: ProtectOptions): Remedy {
  const { app } = situation;
  if (app === null) return withoutApplication(situation, options);
  const protect = protectSteps(situation, app);
  return {
    summary: summaryOf(situation, protect, options),
    owner: ownerOf(situation),
    steps: [...protect.steps, ...options.after],
    warnings: [...warningsOf(situation, app, protect), ...(options.warnings ?? [])],
    verify: verifyRule(situation),
  };
}

/** The owner whose configuration must change. */
export function ownerOf(situation: Situation): Remedy['owner'] {
  const near = situation.owners[0];
  if (near !== undefined) return { kind: near.kind, namespace: near.namespace, name: near.name };
  const { application } = situation;
  return application === null ? { kind: 'Git', namespace: '', name: '' } : { kind: 'Application', ...application };
}

function summaryOf(situation: Situation, protect: ProtectSteps, options: ProtectOptions): string {
  const aim =
    situation.subjects.length === 0
      ? `compare ${situation.label} again`
      : `leave ${situation.label} to ${options.keeper}`;
  const change = describeChange(protect.whole);
  if (protect.steps.length === 0) {
    return `${applicationLabel(situation)} already has what it takes to ${aim}: nothing is left to change in its rules.`;
  }
  const near = situation.owners[0];
  const place =
    near === undefined
      ? applicationLabel(situation)
      : `${near.kind} ${near.namespace}/${near.name}, which owns ${applicationLabel(situation)}`;
  const [first] = protect.steps;
  if (first?.id !== 'stop-now') {
    return `${applicationLabel(situation)} already has what it takes to ${aim}; make that last at ${place}.`;
  }
  if (protect.half) {
    return `Let Argo CD ${aim}: the live change is only a half fix here, commit ${change} at ${place}.`;
  }
  return `Let Argo CD ${aim}: ${change}, at ${place}.`;
}

/** Nothing shows the Application: the rule can be written, the patch cannot. */
function withoutApplication(situation: Situation, options: ProtectOptions): Remedy {
  const { application, fields, ref, leaves } = situation;
  const unseen =
    application === null
      ? 'no Application is seen to manage it (no tracking mark, not listed in any status.resources in sight)'
      : `Application ${application.namespace}/${application.name} is not in sight, so its rules and options are unknown`;
  const rule = narrowestRule(ref, fields, leaves);
  const step: RemedyStep = {
    id: 'make-permanent',
    where: 'git',
    why: `Add the rule and the option to the Application that manages ${ref.kind} ${ref.name}, beside what is there; no patch is given, since ${unseen}.`,
    target: null,
    patch: null,
    yaml:
      fields.length === 0
        ? null
        : toYaml({
            spec: { ignoreDifferences: [rule], syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] } },
          }),
    commands: [],
  };
  return {
    summary: `Let Argo CD leave ${situation.label} to ${options.keeper}; ${unseen}.`,
    owner: ownerOf(situation),
    steps: [step, ...options.after],
    warnings: [...(options.warnings ?? [])],
    verify: verifyRule(situation),
  };
}
