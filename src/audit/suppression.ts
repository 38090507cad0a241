/** The annotation tugwatch.dev/ignore: 'TW104: reason', several separated by ';' or a new line, ids by ','. */
import { displayRef } from '../model/refs.ts';
import type { Finding } from './rule.ts';

export interface Silence {
  /** Why a person wants silence, and where it is written; null: not silenced. */
  readonly suppressed: string | null;
  /** What is wrong with an annotation that was meant to silence; '' when nothing is. */
  readonly complaint: string;
}

/** Whether one of the finding's annotations silences the rule. An entry without a reason silences nothing. */
export function silenceOf(rule: string, finding: Finding): Silence {
  let complaint = '';
  for (const { on, text } of finding.ignores) {
    for (const entry of entriesOf(text)) {
      if (!entry.rules.includes(rule)) continue;
      if (entry.reason !== '') {
        return { suppressed: `${entry.reason} (tugwatch.dev/ignore on ${displayRef(on)})`, complaint: '' };
      }
      complaint = ` (tugwatch.dev/ignore on ${displayRef(on)} names ${rule} without a reason and so silences nothing: write "${rule}: why")`;
    }
  }
  return { suppressed: null, complaint };
}

/** Entries of the annotation. A ';' inside a reason is kept unless a rule id follows it. */
export function entriesOf(text: string): { readonly rules: readonly string[]; readonly reason: string }[] {
  return text
    .split(/\s*(?:;|\n)\s*(?=TW\d)/i)
    .map((entry) => {
      const colon = entry.indexOf(':');
      const ids = colon < 0 ? entry : entry.slice(0, colon);
      return {
        rules: ids.split(',').map((id) => id.trim().toUpperCase()),
        reason:
          colon < 0
            ? ''
            : entry
                .slice(colon + 1)
                .trim()
                .replace(/;$/, '')
                .trim(),
      };
    })
    .filter(({ rules }) => rules.some((id) => /^TW\d+$/.test(id)));
}
