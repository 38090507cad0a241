/**
 * The exposition text of our own families. What does not change from scrape to scrape is kept: the text of labels, lines while
 * their values are the same, and the bytes of a family in which nothing has changed. prom-client hashes and escapes labels anew
 * for each of thousands of series, which took most of a scrape.
 * Format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import { sameEntries } from '../model/same-value.ts';
import { encoded } from '../report/encoded.ts';
import type { Declaration, Sample } from './families.ts';

export type Labels = Readonly<Record<string, string>>;

/** Labels that stay, with their text once it was asked for. */
export class LabelSet {
  readonly labels: Labels;
  /** What families last said of them. A WeakMap of each family would take thirty times as long to write to. */
  readonly said = new Map<KeptLines, Lines>();
  #text: string | null = null;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  /** 'a="b",c="d"'; '' without labels. */
  get text(): string {
    this.#text ??= textOf(this.labels);
    return this.#text;
  }
}

/** What has series in several families: its samples are the same for as long as it is the very same object. */
export interface Subject {
  /** Of the same labels the same one, whatever else changes. */
  readonly set: LabelSet;
}

/** A family that says the same few things of each of its subjects. */
export interface Saying<T extends Subject> {
  /** The further labels of each value; without any there is one value and none. */
  readonly by?: readonly LabelSet[];
  /** null: there is nothing to say. */
  readonly valuesOf: (subject: T) => readonly (number | null)[];
}

/** What one family says of its subjects: lines are made again only where a value is another one. */
export class KeptLines {
  #shown: readonly Subject[] = [];
  #texts: readonly string[] = [];
  #bytes: Buffer | null = null;

  /** In UTF-8, as renderFamily has them; always of the same family. Throws what renderFamily throws. */
  render<T extends Subject>(family: Declaration & Saying<T>, shown: readonly T[]): Buffer {
    if (this.#bytes !== null && sameEntries(shown, this.#shown)) return this.#bytes;
    const texts = shown.map((subject) => this.#linesOf(family, subject));
    if (this.#bytes === null || !sameEntries(texts, this.#texts))
      this.#bytes = encoded([headOf(family), ...texts].join(''));
    this.#texts = texts;
    this.#shown = shown;
    return this.#bytes;
  }

  #linesOf<T extends Subject>(family: Declaration & Saying<T>, subject: T): string {
    const { set } = subject;
    const before = set.said.get(this);
    if (before?.of === subject) return before.text;
    const values = family.valuesOf(subject);
    const same = before !== undefined && sameEntries(values, before.values);
    const text = same ? before.text : linesOf(family, set, family.by, values);
    set.said.set(this, { of: subject, values, text });
    return text;
  }
}

interface Lines {
  readonly of: Subject;
  readonly values: readonly (number | null)[];
  readonly text: string;
}

function linesOf(
  family: Declaration,
  set: LabelSet,
  by: readonly LabelSet[] | undefined,
  values: readonly (number | null)[],
): string {
  checkNames(family, set.labels);
  const lines = values.map((value, index) => {
    if (value === null) return '';
    const and = by?.[index];
    checkValue(family, value);
    if (and !== undefined) checkNames(family, and.labels);
    const more = and === undefined ? '' : `,${and.text}`;
    return ['\n', family.name, '{', set.text, more, '} ', valueText(value)].join('');
  });
  // Joined to one text, and not a tree of its parts that every scrape would walk over.
  return lines.join('');
}

/**
 * The lines of one family, without a line feed at the end. Of equal labels the last sample of a gauge counts, and those
 * of a counter add up. A family without labels shows 0 when it has no sample. Throws an Error on a label that is not declared, on
 * what is no number, and on a counter below zero.
 */
export function renderFamily(family: Declaration, samples: Iterable<Sample>): string {
  const { name, type } = family;
  const values = new Map<string, number>(family.labels.length === 0 ? [['', 0]] : []);
  for (const { labels, value } of samples) {
    checkValue(family, value);
    checkNames(family, labels);
    const key = textOf(labels);
    values.set(key, type === 'gauge' ? value : (values.get(key) ?? 0) + value);
  }
  let text = headOf(family);
  for (const [key, value] of values) text += `\n${name}${key === '' ? '' : `{${key}}`} ${valueText(value)}`;
  return text;
}

function headOf({ name, help, type }: Declaration): string {
  return `# HELP ${name} ${escapeText(help)}\n# TYPE ${name} ${type}`;
}

function checkValue({ name, type }: Declaration, value: number): void {
  if (typeof value !== 'number' || (type === 'counter' && !(value >= 0)))
    throw new Error(`${value} is no value of the ${type} ${name}`);
}

function checkNames(family: Declaration, labels: Labels): void {
  for (const label of Object.keys(labels))
    if (!family.labels.includes(label) && !isPlace(label, family))
      throw new Error(`${family.name} declares no label ${label}`);
}

/** Workloads of other clusters than Argo CD's carry one label more. */
function isPlace(label: string, { labels }: Declaration): boolean {
  return label === 'cluster' && labels.includes('workload');
}

function textOf(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeText(value).replaceAll('"', '\\"')}"`)
    .join(',');
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value < 0 ? '-Inf' : '+Inf';
}
