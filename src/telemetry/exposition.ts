/**
 * The exposition text of our own families. What does not change from scrape to scrape is kept: the text of the labels of
 * a series. prom-client hashes and escapes them anew for each of thousands of series, which took most of a scrape.
 * Format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import type { Family, Sample } from './families.ts';

export type Labels = Readonly<Record<string, string>>;

/** Labels that stay, with their text once it was asked for. */
export class LabelSet {
  readonly labels: Labels;
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

/**
 * The lines of one family, without a line feed at the end. Of equal labels the last sample of a gauge counts, and those
 * of a counter add up; label sets that stay are taken to be different. A family without labels shows 0 when it has no
 * sample. Throws an Error on a label that is not declared, on what is no number, and on a counter below zero.
 */
export function renderFamily(family: Family, samples: Iterable<Sample>): string {
  const { name, help, type } = family;
  let text = `# HELP ${name} ${escapeText(help)}\n# TYPE ${name} ${type}`;
  const loose = new Map<string, number>(family.labels.length === 0 ? [['', 0]] : []);
  let checked = false;
  for (const sample of samples) {
    const { labels, value } = sample;
    if (typeof value !== 'number' || (type === 'counter' && !(value >= 0)))
      throw new Error(`${value} is no value of the ${type} ${name}`);
    if (labels instanceof LabelSet) {
      // Of one making: what holds for the first holds for all.
      if (!checked) checkNames(family, { ...labels.labels, ...sample.and?.labels });
      checked = true;
      const more = sample.and === undefined ? '' : `,${sample.and.text}`;
      text += `\n${name}{${labels.text}${more}} ${valueText(value)}`;
    } else {
      checkNames(family, labels);
      const key = textOf(labels);
      loose.set(key, type === 'gauge' ? value : (loose.get(key) ?? 0) + value);
    }
  }
  for (const [key, value] of loose) text += `\n${name}${key === '' ? '' : `{${key}}`} ${valueText(value)}`;
  return text;
}

function checkNames(family: Family, labels: Labels): void {
  for (const label of Object.keys(labels))
    if (!family.labels.includes(label) && !isPlace(label, family))
      throw new Error(`${family.name} declares no label ${label}`);
}

/** Workloads of other clusters than Argo CD's carry one label more. */
function isPlace(label: string, { labels }: Family): boolean {
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
