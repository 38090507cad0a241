/** What every rendering of an audit is made from, whether it came from a cluster or from manifests. */
import type { Risk, Safe } from '../model/verdicts.ts';

export interface AuditView {
  readonly risks: readonly Risk[];
  /** Silenced by an annotation: shown, and no reason to fail. */
  readonly suppressed: readonly Risk[];
  readonly safe: readonly Safe[];
  /** What could not be read: file, 1-based line, one sentence. */
  readonly problems?: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  /** What was left out or assumed on purpose, one sentence each. */
  readonly notes?: readonly string[];
}

/** 'on the next scale', for a sentence: 'bites on the next scale'. */
export function whenLabel(when: Risk['when']): string {
  return {
    now: 'now',
    'on-next-scale': 'on the next scale',
    'on-next-deploy': 'on the next deploy',
    'on-next-sync': 'on the next sync',
  }[when];
}

/** Where the page of a rule is kept, relative to the project. */
export function rulePage(rule: string): string {
  return `docs/rules/${rule}.md`;
}
