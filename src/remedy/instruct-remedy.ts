/** A remedy whose steps are the whole of it: no rule is added, nothing is protected. */
import type { Remedy, RemedyStep } from '../model/verdicts.ts';
import { ownerOf } from './protect-remedy.ts';
import type { Situation } from './situation.ts';
import { verifyValue } from './verify.ts';
import type { Warning } from './warnings.ts';

export interface Instruction {
  readonly summary: string;
  readonly steps: readonly RemedyStep[];
  readonly warnings?: readonly Warning[];
  readonly verify?: Remedy['verify'];
}

export function instructRemedy(situation: Situation, instruction: Instruction): Remedy {
  return {
    summary: instruction.summary,
    owner: ownerOf(situation),
    steps: instruction.steps,
    warnings: instruction.warnings ?? [],
    verify: instruction.verify ?? verifyValue(situation),
  };
}
