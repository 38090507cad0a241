/**
 * The exposition text of our own families. What does not change from scrape to scrape is kept: the text of the labels of
 * a series, and its lines while their values are the same. prom-client hashes and escapes labels anew for each of
 * thousands of series, which took most of a scrape.
 * Format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import type { Family, Sample } from './families.ts';

export type Labels = Readonly<Record<string, string>>;

/** Labels that stay, with their text once it was asked for. */
export class LabelSet {
  readonly labels: Labels;
  #text: string | null = null;
  /** By the name of a family. */
  readonly #lines = new Map<string, Lines>();

  constructor(labels: Labels) {
    this.labels = labels;
  }

  /** 'a="b",c="d"'; '' without labels. */
  get text(): string {
    this.#text ??= textOf(this.labels);
    return this.#text;
  }

  /** What a family says of them, each line with a line feed before it. Made again where a value is another one. */
  linesOf(family: string, samples: readonly Sample[]): string {
    let lines = this.#lines.get(family);
    if (lines === undefined || !isSaid(lines, samples)) {
      // Joined to one text, and not a tree of its parts that every scrape would walk over.
      lines = { samples, text: samples.map((sample) => this.#line(family, sample)).join('') };
      this.#lines.set(family, lines);
    }
    return lines.text;
  }

  #line(family: string, { and, value }: Sample): string {
    const more = and === undefined ? '' : `,${and.text}`;
    return ['\n', family, '{', this.text, more, '} ', valueText(value)].join('');
  }
}

interface Lines {
  readonly samples: readonly Sample[];
  readonly text: string;
}

function isSaid(lines: Lines, samples: readonly Sample[]): boolean {
  if (samples.length !== lines.samples.length) return false;
  for (const [index, { and, value }] of samples.entries()) {
    const said = lines.samples[index];
    if (!Object.is(value, said?.value) || and !== said?.and) return false;
  }
  return true;
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
  let series: Sample[] = [];
  const endSeries = () => {
    const set = series[0]?.labels;
    if (set instanceof LabelSet) text += set.linesOf(name, series);
    series = [];
  };
  for (const sample of samples) {
    const { labels, value } = sample;
    if (typeof value !== 'number' || (type === 'counter' && !(value >= 0)))
      throw new Error(`${value} is no value of the ${type} ${name}`);
    if (labels instanceof LabelSet) {
      // Of one making: what holds for the first holds for all.
      if (!checked) checkNames(family, { ...labels.labels, ...sample.and?.labels });
      checked = true;
      if (series[0]?.labels !== labels) endSeries();
      series.push(sample);
    } else {
      checkNames(family, labels);
      const key = textOf(labels);
      loose.set(key, type === 'gauge' ? value : (loose.get(key) ?? 0) + value);
    }
  }
  endSeries();
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
