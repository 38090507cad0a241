import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART, renderChartFiles } from '../../scripts/chart/render.ts';
import { VERSION } from '../../src/version.ts';

describe('what the chart has from elsewhere', () => {
  it.each([...renderChartFiles()])('is current: %s (else run: npm run generate)', (path, text) => {
    expect(readFileSync(join(CHART, path), 'utf8')).toBe(text);
  });

  it('is of the version of the package', () => {
    expect(parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'))).toMatchObject({
      version: VERSION,
      appVersion: VERSION,
    });
  });
});
