/** What Tugwatch changed lately: what this process remembers, and what the objects themselves say. */
import type { Millis, ObjectRef } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { Conflict } from '../model/verdicts.ts';
import type { RulesContext } from '../rules/protection.ts';

/** The name under which Tugwatch writes, as metadata.managedFields shows it. */
export const FIELD_MANAGER = 'tugwatch';

/** In this time an Application is changed once at most, and so many of all as the settings say. */
export const RATE_WINDOW_MS = 3_600_000;

/** Of all Applications together, where nothing else is set. */
export const DEFAULT_PER_HOUR = 5;

/** A step that Tugwatch carried out. */
export interface AppliedFix {
  readonly at: Millis;
  readonly target: ObjectRef;
  readonly application: Conflict['application'];
  /** Id of the conflict it was for; null where that is not known. */
  readonly conflict: string | null;
}

/** By metadata.managedFields: a restart, another replica and a person's `fix --apply` are remembered there. */
export function rememberedFixes(context: RulesContext, now: Millis): AppliedFix[] {
  const { applications, applicationSets } = context.model;
  return [...applications.values(), ...applicationSets.values()].flatMap((fact) =>
    fact.specManagers.flatMap((owner): AppliedFix[] => {
      if (owner.manager !== FIELD_MANAGER || owner.time === null) return [];
      const { namespace, name } = fact.ref;
      const application = fact.fact === 'application' ? { namespace, name } : null;
      return isRecent(owner.time, now) ? [{ at: owner.time, target: fact.ref, application, conflict: null }] : [];
    }),
  );
}

/** What this process remembers and what the objects say as one list; a change that is in both counts once. */
export function mergeFixes(own: readonly AppliedFix[], remembered: readonly AppliedFix[], now: Millis): AppliedFix[] {
  const known = new Set(own.filter((fix) => isRecent(fix.at, now)).map((fix) => keyOf(fix.target)));
  return [...own, ...remembered.filter((fix) => !known.has(keyOf(fix.target)))];
}

export function isRecent(at: Millis, now: Millis): boolean {
  return now - at < RATE_WINDOW_MS;
}
