/**
 * Names, values and messages come from the cluster, so from whoever may write to it. On a terminal an escape sequence
 * in a field manager could clear the screen or hide a line; a bidirectional override could show a name backwards.
 */

// Cc control, Cf format (bidi overrides, zero-width, tags), Zl and Zp line breaks, Cs lone surrogates.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Nearly every text, and seen several times as fast as looking for what is hidden. */
const PRINTABLE = /^[ -~]*$/;

/** Replaces every character that does something instead of showing something by its escape: '\x1b', '\u202e'. */
export function visible(text: string): string {
  return PRINTABLE.test(text) ? text : text.replace(HIDDEN, escapeOf);
}

/** As `visible`, but line feeds stay: for YAML and for commands of several lines. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\u{${code.toString(16)}}`;
}
