/** HPA thrash: one writer that undoes itself. A stabilization window longer than its period calms it. */
import { stabilizationSeconds } from '../detect/thrash.ts';
import type { HpaFact, ObjectRef } from '../model/facts.ts';
import type { JsonPatchOperation, RemedyStep } from '../model/verdicts.ts';
import { patchCommands } from './commands.ts';
import { yamlOf } from './yaml.ts';

/** Kubernetes' own window where the HPA names none (kubernetes pkg/apis/autoscaling/v2/defaults.go). */
const DEFAULT_DOWN_SECONDS = 300;

/** The step for a known HPA; `periodSeconds` is the observed time from peak to peak. */
export function stabilizeStep(hpa: HpaFact, periodSeconds: number): RemedyStep {
  const { down } = hpa.stabilization;
  // A window shorter than the one in force would make it worse.
  const seconds = Math.max(stabilizationSeconds(periodSeconds), down ?? DEFAULT_DOWN_SECONDS);
  const behavior = { scaleDown: { stabilizationWindowSeconds: seconds } };
  const patch = stabilizePatch(hpa, seconds);
  const target: ObjectRef = hpa.ref;
  const now = down === null ? `the default of ${DEFAULT_DOWN_SECONDS} s` : `${down} s`;
  return {
    id: 'stabilize',
    where: 'live',
    why: `HPA ${hpa.ref.name} goes up and down every ${Math.round(periodSeconds)} s and looks back over ${now} before it scales down: with ${seconds} s it stays at the peak over one whole swing; commit the same where the HPA is declared.`,
    target,
    patch,
    yaml: yamlOf(target, { behavior }),
    commands: patch === null ? [] : patchCommands(target, patch),
  };
}

/** null where nothing changes, or where the HPA has no window of its own: which parts of spec.behavior exist is not known then, the YAML says it all. */
function stabilizePatch(hpa: HpaFact, seconds: number): JsonPatchOperation[] | null {
  const { down } = hpa.stabilization;
  if (down === null || down === seconds) return null;
  const path = '/spec/behavior/scaleDown/stabilizationWindowSeconds';
  return [
    { op: 'test', path, value: down },
    { op: 'replace', path, value: seconds },
  ];
}
