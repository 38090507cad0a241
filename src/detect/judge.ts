/**
 * What a revert by Argo CD means. Proven at the first one, when configuration says that it will go on for ever and the
 * three facts are there; otherwise one more for the score; or no fight at all but a deploy that resets a value.
 */
import type { ApplicationFact, FieldOwner } from '../model/facts.ts';
import type { Heal } from '../model/verdicts.ts';
import type { Protection } from '../rules/protection.ts';
import { covers } from './heals.ts';
import type { Block, Reversal } from './tracks.ts';

export type Judgement =
  | { readonly verdict: 'proven'; readonly because: string }
  | { readonly verdict: 'counts' }
  /** A full sync wrote Git's value. `deploy`: it brought a new revision, so it says nothing of a loop. */
  | { readonly verdict: 'reset-on-sync'; readonly deploy: boolean }
  /** A protected application wrote an old value: the race of RespectIgnoreDifferences, once is no fight. */
  | { readonly verdict: 'stale-value'; readonly deploy: boolean }
  /** A deploy that brought another value, or one over a value of which nothing is known: nothing was undone. */
  | { readonly verdict: 'no-reversal' }
  /** No operation of the Application explains the write yet; ask again when its stream has caught up. */
  | { readonly verdict: 'undecided' };

export interface ReversalContext {
  readonly application: ApplicationFact | undefined;
  /** The operation that made the write, if one is known. */
  readonly heal: Heal | undefined;
  readonly protection: Protection | undefined;
  /** No operation will come any more: judge by what is known. */
  readonly final: boolean;
}

export function judgeReversal(reversal: Reversal, context: ReversalContext): Judgement {
  const { application, heal, protection } = context;
  const byValue: Judgement = reversal.restores ? { verdict: 'counts' } : { verdict: 'no-reversal' };
  if (reversal.write.gap || reversal.undone.gap) return byValue;
  if (reversal.write.writer.kind !== 'argocd' || application === undefined) return byValue;
  if (heal === undefined) return context.final ? byValue : { verdict: 'undecided' };
  // Only the result tells for certain which revision somebody synced.
  if ((heal.kind === 'manual' || heal.kind === 'other') && heal.endSeenAt === null && !context.final)
    return { verdict: 'undecided' };
  if (!reversal.restores && heal.kind !== 'self-heal') return { verdict: 'no-reversal' };
  const healsItself = application.automated.enabled && application.automated.selfHeal;
  if (heal.kind === 'self-heal') {
    if (protection?.inSync === true) return { verdict: 'stale-value', deploy: false };
    if (protection?.inDiff === true || !healsItself || !covers(heal, reversal.write.ref)) return { verdict: 'counts' };
    return proof(reversal, application, heal) ?? { verdict: 'counts' };
  }
  if (protection?.inSync === true) return { verdict: 'stale-value', deploy: heal.newRevision };
  // HEAD moved while the value had drifted: Argo CD then does at once, as a full sync, what it would have done as a
  // self-heal (appcontroller.go:1954). With self-heal on and nothing protecting the field it is the same fight.
  if (heal.kind === 'revision' && healsItself && protection?.inDiff !== true) {
    return proof(reversal, application, heal) ?? { verdict: 'counts' };
  }
  return { verdict: 'reset-on-sync', deploy: heal.newRevision };
}

/** Whether it says that there is a loop. A deploy does not: it comes once, and only once resets what it finds. */
export function makesLoop(judgement: Judgement): boolean {
  if (judgement.verdict === 'no-reversal') return false;
  return !((judgement.verdict === 'reset-on-sync' || judgement.verdict === 'stale-value') && judgement.deploy);
}

/** The mechanism, said in one clause; null when the other side may as well never write again. */
function proof(reversal: Reversal, application: ApplicationFact, heal: Heal): Judgement | null {
  const { undone, write } = reversal;
  const by =
    heal.kind === 'self-heal' ? `self-heal number ${heal.attempts} named it` : 'an automated sync wrote it back';
  if (isScaler(undone)) {
    return {
      verdict: 'proven',
      because: `${undone.writer.kind}/${undone.writer.name} scales it, Application ${application.ref.name} has selfHeal and declares ${JSON.stringify(write.to)}, nothing protects the field, and ${by}`,
    };
  }
  if (undone.writer.kind === 'argocd' && heal.kind === 'self-heal') {
    return { verdict: 'proven', because: `two Applications declare it, and ${by}` };
  }
  return null;
}

/** A named autoscaler computes its wish anew every few seconds: it will write again. */
function isScaler(block: Block): boolean {
  return (block.writer.kind === 'hpa' || block.writer.kind === 'keda') && block.writer.name !== null;
}

/** The entry the undone writer would own the field with, for rules by field manager. */
export function ownerOf(block: Block): FieldOwner[] {
  const { manager, source } = block.writer;
  if (manager === null) return [];
  return [{ manager, operation: 'Update', subresource: source.endsWith('/scale') ? 'scale' : '', time: null }];
}
