import { madeOnce } from '../model/made-once.ts';
import type { ConflictDocument, Report, RiskDocument } from './schema.ts';

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The document as JSON, safe to look at with curl. `indent` as in JSON.stringify. */
export function renderJson(document: Report | ConflictDocument, indent = 0): string {
  if (indent === 0) return 'schema' in document ? reportText(document) : accusationText(document);
  return escapeHidden(JSON.stringify(document, null, indent));
}

// A report of hundreds of fights has megabytes, of which little changes from one to the next: the text of what stays is
// made once. What stays is the same object (build-report.ts).
const textOf = madeOnce((part: object) => escapeHidden(JSON.stringify(part)));
/** The members before the remedy and those behind it: the remedy is looked up anew, and has a text of its own. */
const aroundRemedy = madeOnce((of: ConflictDocument | RiskDocument): readonly [before: string, after: string] => {
  const names = Object.keys(of);
  const at = names.indexOf('remedy');
  const known: Record<string, string> = {};
  if ('evidence' in of) known['evidence'] = textOf(of.evidence);
  if ('course' in of && of.course !== undefined) known['course'] = textOf(of.course);
  return [membersText(of, names.slice(0, at), known), membersText(of, names.slice(at + 1), known)];
});

function accusationText(of: ConflictDocument | RiskDocument): string {
  const [before, after] = aroundRemedy(of);
  return `{${commaed([before, `"remedy":${textOf(of.remedy)}`, after])}}`;
}

function reportText(report: Report): string {
  const known = {
    conflicts: listText(report.conflicts.map(accusationText)),
    notices: listText(report.notices.map(textOf)),
    risks: listText(report.risks.map(accusationText)),
  };
  return `{${membersText(report, Object.keys(report), known)}}`;
}

/** Members of an object as JSON.stringify would write them, but that the text of some is known. */
function membersText(of: object, names: readonly string[], known: Readonly<Record<string, string>>): string {
  const members: string[] = [];
  let others: Record<string, unknown> = {};
  const endOthers = () => {
    const text = JSON.stringify(others);
    if (text !== '{}') members.push(escapeHidden(text.slice(1, -1)));
    others = {};
  };
  for (const name of names) {
    const text = known[name];
    if (text === undefined) others[name] = Reflect.get(of, name);
    else {
      endOthers();
      members.push(`${JSON.stringify(name)}:${text}`);
    }
  }
  endOthers();
  return commaed(members);
}

function listText(texts: readonly string[]): string {
  return `[${commaed(texts)}]`;
}

/** Added, not joined: the engine copies megabytes once, when the whole is read, and not at each step on the way. */
function commaed(texts: readonly string[]): string {
  let all = '';
  for (const text of texts) if (text !== '') all += all === '' ? text : `,${text}`;
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
