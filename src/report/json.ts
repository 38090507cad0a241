import type { ConflictDocument, Report } from './schema.ts';

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The document as JSON, safe to look at with curl. `indent` as in JSON.stringify. */
export function renderJson(document: Report | ConflictDocument, indent = 0): string {
  return escapeHidden(JSON.stringify(document, null, indent));
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
