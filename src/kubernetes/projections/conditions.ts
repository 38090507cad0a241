/** status.conditions, with messages cut. */
import type { Condition, Json } from '../../model/facts.ts';
import { madeOnce } from '../../model/made-once.ts';
import { listAt, shortTextAt, textAt } from './read-json.ts';

const MAX_CONDITIONS = 20;

/** Argo CD's conditions have neither status nor reason: both read as ''. */
export function readConditions(value: Json | undefined, ...path: readonly string[]): readonly Condition[] {
  return conditionsIn(listAt(value, ...path));
}

const conditionsIn = madeOnce((list: readonly Json[]): readonly Condition[] =>
  list
    .slice(0, MAX_CONDITIONS)
    .map((condition) => ({
      type: textAt(condition, 'type'),
      status: textAt(condition, 'status'),
      reason: textAt(condition, 'reason'),
      message: shortTextAt(condition, 'message'),
    }))
    .filter((condition) => condition.type !== ''),
);
