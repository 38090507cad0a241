/** `tugwatch fix` for a terminal: why, what, and after a change what is still to do. */
import { remedyLines, type TextLayout } from './conflict-text.ts';
import type { FixCause } from './fix-cause.ts';
import { wrap } from './layout.ts';
import type { RemedyDocument } from './schema.ts';
import { visible } from './visible.ts';

/** The verdict and the whole remedy. */
export function fixLines(cause: FixCause, layout: TextLayout): string[] {
  return [...headline(cause, layout), '', ...remedyLines(remedyOf(cause), 'How to end it', layout, 0)];
}

/** What is about to be done: the verdict, the step, and every warning, before anybody agrees to it. */
export function intentLines(cause: FixCause, layout: TextLayout): string[] {
  const remedy = remedyOf(cause);
  const what = remedy.steps[0]?.why ?? remedy.summary;
  return [
    ...headline(cause, layout),
    '',
    ...wrap(visible(what), layout.width, 'Step 1: '),
    ...remedy.warnings.flatMap(({ message }) => wrap(visible(message), layout.width, 'Careful: ')),
  ];
}

/** What is left after the first step, and how to see that it is over. */
export function restLines(cause: FixCause, layout: TextLayout): string[] {
  const remedy = remedyOf(cause);
  const steps = remedy.steps.slice(1);
  const summary = steps.length === 0 ? 'nothing else has to be changed.' : 'the live change is the first step only.';
  return remedyLines({ ...remedy, summary, steps, warnings: [] }, 'Still to do', layout, 0);
}

export function remedyOf(cause: FixCause): RemedyDocument {
  return cause.type === 'conflict' ? cause.conflict.remedy : cause.risk.remedy;
}

function headline(cause: FixCause, { width, styles }: TextLayout): string[] {
  if (cause.type === 'conflict') {
    const badge = cause.conflict.state.toUpperCase();
    const paint = cause.conflict.state === 'confirmed' ? styles.bad : styles.warn;
    return painted(badge, paint, wrap(visible(cause.conflict.summary), width, `${badge}  `));
  }
  const { risk, suspected } = cause;
  const badge = `RISK ${risk.rule} ${risk.name}`;
  const lines = painted(badge, styles.warn, wrap(visible(risk.message), width, `${badge}  `));
  if (suspected === null) return lines;
  const label = suspected.state === 'suspected' ? 'Suspected: ' : 'Under way, with little history: ';
  return [...lines, ...wrap(visible(suspected.summary), width, label)];
}

function painted(badge: string, paint: (text: string) => string, lines: readonly string[]): string[] {
  const [first = '', ...rest] = lines;
  return [paint(badge) + first.slice(badge.length), ...rest];
}
