/**
 * Remedies kept until something that they were made of changes. What a remedy looked at in the model is noted while it
 * is made, and looked at again before it is handed out once more: the same answers make the same remedy.
 */
import type { ClusterModel } from '../model/cluster-model.ts';
import { sameEntries } from '../model/same-value.ts';
import type { Conflict, Remedy, Risk } from '../model/verdicts.ts';
import type { RulesContext } from '../rules/protection.ts';
import type { Leaves } from './field-rule.ts';
import { remedyForConflict } from './remedy.ts';
import { remedyForRisk } from './remedy-for-risk.ts';

/** Conflicts whose remedy is kept, and as many risks; the one made longest ago goes first. */
const MOST = 2_000;

interface Look {
  /** Asks the model again. */
  readonly look: () => unknown;
  readonly saw: unknown;
  /** What was asked, so that the same question is noted once. */
  readonly asked: readonly unknown[];
}

interface Page {
  /** What of the conflict or the risk makes the remedy. */
  readonly about: string;
  /** The same as it was last looked up, part by part. */
  parts: readonly unknown[];
  readonly leaves: Leaves;
  readonly looks: readonly Look[];
  readonly remedy: Remedy;
}

export class RemedyBook {
  readonly #context: RulesContext;
  readonly #ofConflicts = new Map<string, Page>();
  readonly #ofRisks = new Map<string, Page>();
  /** Remedies made so far. */
  made = 0;

  constructor(context: RulesContext) {
    this.#context = context;
  }

  /** As `remedyForConflict`. */
  remedyFor(conflict: Conflict, leaves: Leaves): Remedy {
    const { id, kind, workload, field, otherFields, application, contenders } = conflict;
    const parts = [kind, workload, field, otherFields, application, contenders];
    return this.#look(this.#ofConflicts, id, parts, leaves, (context) =>
      remedyForConflict(conflict, context, { leaves }),
    );
  }

  /** As `remedyForRisk`: each audit finds the same risks again, and most of the time nothing has changed. */
  remedyForRisk(risk: Omit<Risk, 'remedy'>): Remedy {
    const { rule, workload, application, field, message } = risk;
    const parts = [rule, workload, application, field, message];
    return this.#look(this.#ofRisks, JSON.stringify(parts), parts, null, (context) => remedyForRisk(risk, context));
  }

  #look(
    pages: Map<string, Page>,
    key: string,
    parts: readonly unknown[],
    leaves: Leaves,
    make: (context: RulesContext) => Remedy,
  ): Remedy {
    const page = pages.get(key);
    if (page !== undefined && page.leaves === leaves && isAbout(page, parts) && isStillSo(page)) return page.remedy;
    this.made += 1;
    pages.delete(key);
    const { model, looks, isWhole } = witnessed(this.#context.model);
    const remedy = make({ ...this.#context, model });
    if (isWhole()) {
      if (pages.size >= MOST) pages.delete(pages.keys().next().value ?? '');
      pages.set(key, { about: JSON.stringify(parts), parts, leaves, looks, remedy });
    }
    return remedy;
  }
}

/** The model, with every question to it noted. Not whole: somebody walked over one of its maps, and no look covers that. */
function witnessed(model: ClusterModel) {
  const looks: Look[] = [];
  let whole = true;
  const settings = () => [...model.argoSettings.values()];
  const witness = new Proxy(model, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member === 'function') {
        return (...args: unknown[]) => {
          const asked = [member, ...args];
          const known = looks.find((one) => sameEntries(one.asked, asked));
          if (known !== undefined) return known.saw;
          const look = () => Reflect.apply(member, target, args) as unknown;
          const saw = look();
          looks.push({ look, saw, asked });
          return saw;
        };
      }
      // A handful, read for the cap of the backoff.
      if (name === 'argoSettings') looks.push({ look: settings, saw: settings(), asked: [name] });
      else whole = false;
      return member;
    },
  });
  return { model: witness, looks, isWhole: () => whole };
}

/** The very same parts need no second look; a conflict that went on has others, which may be equal. */
function isAbout(page: Page, parts: readonly unknown[]): boolean {
  if (parts.every((part, index) => part === page.parts[index])) return true;
  if (page.about !== JSON.stringify(parts)) return false;
  page.parts = parts;
  return true;
}

function isStillSo({ looks }: Page): boolean {
  return looks.every(({ look, saw }) => isSame(saw, look()));
}

/** The same value, list of values, or object of values: facts are never changed, and equal parts of two versions are one. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => isSamePart(one, b[index]));
  return isSamePart(a, b);
}

function isSamePart(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.is(Reflect.get(a, name), Reflect.get(b, name)))
  );
}
