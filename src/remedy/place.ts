/** Where a live change goes so that nobody undoes it: the Application, the ApplicationSet that makes it, or Git alone. */
import type { ApplicationFact, ObjectRef } from '../model/facts.ts';
import type { Fate, OwnerLink } from './ownership.ts';
import { holderOfApplication, holderOfSet, isDecidedByTemplatePatch, type RuleHolder } from './rule-holder.ts';

export type Place =
  /** Patch the holder; `half`: only the part that stays, `until`: who puts it back at its next write. */
  | {
      readonly type: 'patch';
      readonly holder: RuleHolder;
      readonly rules: boolean;
      readonly option: boolean;
      readonly half: boolean;
      readonly until: OwnerLink | null;
      /** Who owns the holder; null when nothing shows one. */
      readonly by: OwnerLink | null;
    }
  /** No patch can be built for the object (a text template, or one that is not in sight): edit it by hand. */
  | { readonly type: 'edit'; readonly target: ObjectRef; readonly why: string }
  /** Every live edit is undone: only a commit lasts. */
  | { readonly type: 'git'; readonly owner: OwnerLink };

export interface Needs {
  readonly rules: boolean;
  readonly option: boolean;
}

export function choosePlace(app: ApplicationFact, owners: readonly OwnerLink[], needs: Needs): Place {
  const [near, above] = owners;
  const onApp = judge(near, needs);
  if (near === undefined || onApp.whole) return patchAt(holderOfApplication(app), onApp, near);
  if (near.kind === 'ApplicationSet' && near.ref !== null) {
    if (near.fact?.fact !== 'applicationset') {
      return { type: 'edit', target: near.ref, why: 'the ApplicationSet is not in sight' };
    }
    if (isDecidedByTemplatePatch(near.fact)) {
      return { type: 'edit', target: near.ref, why: 'its templatePatch, a text template, decides over these lists' };
    }
    const onSet = judge(above, needs);
    // The option alone ends nothing: a part that stays must be the rule.
    if (onSet.whole || onSet.rules) return patchAt(holderOfSet(near.fact), onSet, above);
  }
  return onApp.rules ? patchAt(holderOfApplication(app), onApp, near) : { type: 'git', owner: near };
}

interface Judgement {
  /** The needed part may be edited here and is not undone. */
  readonly rules: boolean;
  readonly option: boolean;
  readonly whole: boolean;
  readonly until: boolean;
}

function judge(link: OwnerLink | undefined, needs: Needs): Judgement {
  const stays = (fate: Fate | undefined): boolean => fate !== 'undone';
  const rules = needs.rules && stays(link?.rule);
  const option = needs.option && stays(link?.option);
  const until =
    (needs.rules && link?.rule === 'until-next-sync') || (needs.option && link?.option === 'until-next-sync');
  return { rules, option, whole: rules === needs.rules && option === needs.option, until };
}

function patchAt(holder: RuleHolder, judgement: Judgement, link: OwnerLink | undefined): Place {
  return {
    type: 'patch',
    holder,
    rules: judgement.rules,
    option: judgement.option,
    half: !judgement.whole,
    until: judgement.until ? (link ?? null) : null,
    by: link ?? null,
  };
}
