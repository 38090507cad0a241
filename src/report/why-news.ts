/** What is new in one workload's explanation since the last look, as lines under the first answer. */
import { remedyLines, type TextLayout } from './conflict-text.ts';
import { wrap } from './layout.ts';
import type { ConflictDocument, EvidenceDocument } from './schema.ts';
import { layoutOf, type TextOptions } from './text.ts';
import { visible } from './visible.ts';
import type { WhyDocument } from './why-text.ts';
import { activityLabel, clockLabel, noticeLabel, resolutionLabel, valueLabel } from './words.ts';

/** A number or a length of time, '1,288', '5 min 3 s': what a sentence says anew each time. */
const AMOUNT = /\d[\d,.]*(?: (?:s|min|h|d)\b)?(?: \d+ (?:s|min|h)\b)?/g;
/** Columns that rows which are printed one by one keep: nobody knows what comes next. */
const WRITER_WIDTH = 24;
const VALUE_WIDTH = 6;
/** Keys remembered: more than a report shows at once. */
const MOST_KEYS = 2_000;

export class WhyNews {
  readonly #layout: TextLayout;
  readonly #seen = new Set<string>();
  readonly #states = new Map<string, string>();
  /** Remedies that stand above already, by the id of their conflict. */
  readonly #remedies = new Map<string, string>();
  #headed = false;

  constructor(options: TextOptions) {
    this.#layout = layoutOf(options);
  }

  /** Takes the first look, which is printed whole. */
  begin(why: WhyDocument, writes: readonly EvidenceDocument[]): void {
    this.since(why, writes);
    for (const { id, remedy } of why.conflicts) this.#remedies.set(id, JSON.stringify(remedy.steps));
    this.#headed = false;
  }

  /** Lines about what the looks before this one did not show, in the order of their times. */
  since(why: WhyDocument, writes: readonly EvidenceDocument[]): string[] {
    const rows = [...writes, ...why.conflicts.flatMap(({ evidence }) => evidence)]
      .filter((row) => this.#isNew(`${row.at} ${row.writer} ${JSON.stringify([row.from, row.to])}`))
      .sort((a, b) => (a.at < b.at ? -1 : 1));
    const lines: string[] = [];
    if (rows.length > 0 && !this.#headed) {
      this.#headed = true;
      lines.push(columns(['TIME (UTC)', 'WRITER', 'FROM', 'TO', 'SEEN IN']));
    }
    for (const { at, writer, from, to, source } of rows)
      lines.push(columns([clockLabel(at), visible(writer), valueLabel(from), valueLabel(to), visible(source)]));
    for (const conflict of why.conflicts) lines.push(...this.#verdict(conflict));
    for (const notice of why.notices) {
      // The same sentence with another number is no news: an HPA that thrashes says it at every turn.
      const sentence = notice.message.replace(AMOUNT, '#');
      if (!this.#isNew(`${notice.kind} ${notice.category ?? ''} ${sentence}`)) continue;
      lines.push(...this.#told(notice.at, noticeLabel(notice), notice.message, this.#layout.styles.strong));
    }
    for (const risk of why.risks) {
      if (risk.suppressed !== null || !this.#isNew(`${risk.rule} ${risk.field}`)) continue;
      lines.push(...this.#told(why.window.to, `risk ${risk.rule}`, risk.message, this.#layout.styles.warn));
    }
    return lines;
  }

  #verdict(conflict: ConflictDocument): string[] {
    const { styles } = this.#layout;
    const { id, state, activity } = conflict;
    const before = this.#states.get(id);
    const now = `${state} ${activity} ${conflict.resolution ?? ''}`;
    this.#states.set(id, now);
    if (before === now) return [];
    const at = conflict.resolvedAt ?? conflict.detectedAt ?? conflict.startedAt;
    const paint = { confirmed: styles.bad, suspected: styles.warn, resolved: styles.good }[state];
    const how =
      state === 'resolved' && conflict.resolution !== null ? resolutionLabel(conflict) : activityLabel(activity);
    const lines = this.#told(at, state.toUpperCase(), `${conflict.summary} (${how})`, paint);
    const remedy = JSON.stringify(conflict.remedy.steps);
    if (state !== 'confirmed' || this.#remedies.get(id) === remedy) return lines;
    this.#remedies.set(id, remedy);
    return [...lines, ...remedyLines(conflict.remedy, 'How to end it', this.#layout, 2)];
  }

  #told(at: string, badge: string, message: string, paint: (text: string) => string): string[] {
    const head = `${clockLabel(at)}   `;
    const [first = '', ...rest] = wrap(visible(message), this.#layout.width, `${head}${visible(badge)}  `);
    const end = head.length + visible(badge).length;
    return [first.slice(0, head.length) + paint(first.slice(head.length, end)) + first.slice(end), ...rest];
  }

  #isNew(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const [oldest] = this.#seen;
    if (this.#seen.size > MOST_KEYS && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}

function columns([time = '', writer = '', from = '', to = '', source = '']: readonly string[]): string {
  const cells = [
    time.padEnd(12),
    writer.padEnd(WRITER_WIDTH),
    from.padEnd(VALUE_WIDTH),
    to.padEnd(VALUE_WIDTH),
    source,
  ];
  return cells.join('   ').trimEnd();
}
