/**
 * Live edits of an Application's ignoreDifferences or syncOptions that its owner takes back: an ApplicationSet within a
 * second, a parent app-of-apps by halves. On-call believes the fight is over, and it is not.
 */
import { durationLabel } from '../model/amounts.ts';
import type { ApplicationFact, Millis } from '../model/facts.ts';
import type { NoticeInput } from './notices.ts';

/** An owner that takes back an edit does so at its next reconcile. */
const TAKEN_BACK_WITHIN_MS = 5 * 60_000;

interface Edit {
  readonly at: Millis;
  readonly rulesBefore: string;
  readonly optionsBefore: string;
}

export class LiveFixes {
  readonly #edits = new Map<string, Edit>();

  observe(previous: ApplicationFact | undefined, next: ApplicationFact, at: Millis): NoticeInput | null {
    if (previous === undefined || previous.uid !== next.uid) return null;
    const before = { rules: rulesOf(previous), options: optionsOf(previous) };
    const after = { rules: rulesOf(next), options: optionsOf(next) };
    if (before.rules === after.rules && before.options === after.options) return null;
    const edit = this.#edits.get(next.uid);
    if (edit !== undefined && at - edit.at <= TAKEN_BACK_WITHIN_MS) {
      const rulesBack = before.rules !== after.rules && after.rules === edit.rulesBefore;
      const optionsBack = before.options !== after.options && after.options === edit.optionsBefore;
      if (rulesBack || optionsBack) {
        this.#edits.delete(next.uid);
        return describe(next, at, edit, rulesBack, optionsBack, after.rules !== edit.rulesBefore);
      }
    }
    this.#edits.set(next.uid, { at, rulesBefore: before.rules, optionsBefore: before.options });
    return null;
  }

  forget(uid: string): void {
    this.#edits.delete(uid);
  }
}

function describe(
  app: ApplicationFact,
  at: Millis,
  edit: Edit,
  rulesBack: boolean,
  optionsBack: boolean,
  ruleStays: boolean,
): NoticeInput {
  const what =
    rulesBack && optionsBack ? 'ignoreDifferences and syncOptions' : rulesBack ? 'ignoreDifferences' : 'syncOptions';
  const owner = app.applicationSet === null ? 'its owner' : `ApplicationSet ${app.applicationSet}`;
  const half =
    !rulesBack && ruleStays
      ? ' The rule stays without RespectIgnoreDifferences: half fixed, and every full sync still resets the field.'
      : '';
  return {
    kind: 'live-fix-undone',
    workload: null,
    application: { namespace: app.ref.namespace, name: app.ref.name },
    at,
    message: `The live edit of Application ${app.ref.name} was taken back ${at - edit.at < 100 ? 'at once' : `after ${durationLabel((at - edit.at) / 1000)}`}: ${owner} put ${what} back as before; fix it there.${half}`,
  };
}

function rulesOf(app: ApplicationFact): string {
  return JSON.stringify(app.ignoreDifferencesRaw);
}

function optionsOf(app: ApplicationFact): string {
  return JSON.stringify(app.syncOptions);
}
