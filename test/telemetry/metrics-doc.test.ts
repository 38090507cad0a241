import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../src/telemetry/families.ts';

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

/** Cells of the table rows that start with a metric's name. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `tugwatch_'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** Labels as the page writes them: the six workload labels are explained once. */
function labelsCell(labels: readonly string[]): string {
  const workload = ['workload_namespace', 'workload_kind', 'workload', 'application_namespace', 'application', 'field'];
  const own = workload.every((label) => labels.includes(label))
    ? labels.filter((label) => !workload.includes(label))
    : labels;
  const cells = own.map((label) => `\`${label}\``);
  return [...(own.length < labels.length ? ['workload labels'] : []), ...cells].join(', ');
}

describe('docs/metrics.md', () => {
  it('lists every metric as the code declares it, and no other', () => {
    expect(rows).toEqual(
      FAMILIES.map(({ name, type, labels, help, stability }) => [
        `\`${name}\``,
        type,
        labelsCell(labels),
        help,
        stability,
      ]),
    );
  });
});

describe('the names of the metrics', () => {
  it('follow the conventions of Prometheus', () => {
    for (const { name, type, help, labels } of FAMILIES) {
      expect(name).toMatch(/^tugwatch_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/^[A-Z].*\.$/);
      expect(labels).not.toContain('namespace');
    }
  });
});
