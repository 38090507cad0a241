/** Where ignore rules and sync options stand: in an Application, or in the template of an ApplicationSet. */
import type { ApplicationFact, ApplicationSetFact, IgnoreRule, Json, ObjectRef } from '../model/facts.ts';

export interface RuleHolder {
  readonly target: ObjectRef;
  /** JSON pointer of the Application spec in the target: '/spec' or '/spec/template/spec'. */
  readonly base: string;
  /** The list as read; null when absent. `raw` is the same list as it stands. */
  readonly rules: readonly IgnoreRule[] | null;
  readonly raw: readonly Json[] | null;
  readonly syncOptions: readonly string[] | null;
  readonly hasSyncPolicy: boolean;
}

export function holderOfApplication(app: ApplicationFact): RuleHolder {
  return {
    target: app.ref,
    base: '/spec',
    rules: app.ignoreDifferences,
    raw: app.ignoreDifferencesRaw,
    syncOptions: app.syncOptions,
    hasSyncPolicy: app.hasSyncPolicy,
  };
}

export function holderOfSet(set: ApplicationSetFact): RuleHolder {
  return {
    target: set.ref,
    base: '/spec/template/spec',
    rules: set.templateRules,
    raw: set.templateRulesRaw,
    syncOptions: set.templateSyncOptions,
    hasSyncPolicy: set.templateHasSyncPolicy,
  };
}

/** The templatePatch of a set is merged over the template and replaces whole lists: it decides, where it names them. */
export function isDecidedByTemplatePatch(set: ApplicationSetFact): boolean {
  return /ignoreDifferences|syncOptions|syncPolicy/.test(set.templatePatch);
}
