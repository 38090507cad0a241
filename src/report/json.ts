import { madeOnce } from './made-once.ts';
import type { ConflictDocument, Report, RiskDocument } from './schema.ts';

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The document as JSON, safe to look at with curl. `indent` as in JSON.stringify. */
export function renderJson(document: Report | ConflictDocument, indent = 0): string {
  if (indent === 0) return 'schema' in document ? reportText(document) : conflictText(document);
  return escapeHidden(JSON.stringify(document, null, indent));
}

// A report of hundreds of fights has megabytes, of which little changes from one to the next: the text of what stays is
// made once. What stays is the same object (build-report.ts).
const textOf = madeOnce((part: object) => escapeHidden(JSON.stringify(part)));
const conflictText = madeOnce((conflict: ConflictDocument) =>
  objectText(conflict, ({ remedy, evidence, course }) => ({
    remedy: textOf(remedy),
    evidence: textOf(evidence),
    ...(course === undefined ? {} : { course: textOf(course) }),
  })),
);
const riskText = madeOnce((risk: RiskDocument) => objectText(risk, ({ remedy }) => ({ remedy: textOf(remedy) })));

function reportText(report: Report): string {
  return objectText(report, ({ conflicts, notices, risks }) => ({
    conflicts: listText(conflicts.map(conflictText)),
    notices: listText(notices.map(textOf)),
    risks: listText(risks.map(riskText)),
  }));
}

/** As JSON.stringify, but that the text of some members is known. */
function objectText<T extends object>(of: T, known: (of: T) => Partial<Record<keyof T, string>>): string {
  const texts = known(of);
  const members: string[] = [];
  let others: Partial<T> = {};
  const endOthers = () => {
    const text = JSON.stringify(others);
    if (text !== '{}') members.push(escapeHidden(text.slice(1, -1)));
    others = {};
  };
  for (const name of Object.keys(of) as (keyof T & string)[]) {
    const text = texts[name];
    if (text === undefined) others[name] = of[name];
    else {
      endOthers();
      members.push(`${JSON.stringify(name)}:${text}`);
    }
  }
  endOthers();
  return `{${commaed(members)}}`;
}

function listText(texts: readonly string[]): string {
  return `[${commaed(texts)}]`;
}

/** Added, not joined: the engine copies megabytes once, when the whole is read, and not at each step on the way. */
function commaed(texts: readonly string[]): string {
  let all = '';
  for (const text of texts) all += all === '' ? text : `,${text}`;
  return all;
}

/**
 * Writes the characters of a JSON text that a terminal would act on as \\uXXXX, which any reader turns back into the same
 * value. Line feeds stay: in JSON text they stand between tokens only.
 */
export function escapeHidden(json: string): string {
  return json.replace(HIDDEN, (character) => (character === '\n' ? character : escapeUnits(character)));
}

function escapeUnits(character: string): string {
  let escaped = '';
  for (let unit = 0; unit < character.length; unit += 1) {
    escaped += `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
