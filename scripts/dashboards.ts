/**
 * Renders the dashboards: `node scripts/dashboards.ts` writes grafana/*.json, and the Helm chart's copy of them. `--tugwatch URL` and `--argocd URL` are what
 * their links lead to, `--runbooks URL` where the pages of docs/runbooks are, `--output DIR` puts them elsewhere.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeChart } from './chart/render.ts';
import { DEFAULT_ADDRESSES, renderDashboards } from './grafana/render.ts';

const HOME = fileURLToPath(new URL('../grafana/', import.meta.url));
const { values } = parseArgs({
  options: {
    output: { type: 'string', default: HOME },
    tugwatch: { type: 'string', default: DEFAULT_ADDRESSES.tugwatch },
    argocd: { type: 'string', default: DEFAULT_ADDRESSES.argocd },
    runbooks: { type: 'string', default: DEFAULT_ADDRESSES.runbooks },
  },
});
mkdirSync(values.output, { recursive: true });
for (const [file, text] of renderDashboards(values)) writeFileSync(`${values.output}/${file}`, text);
if (values.output === HOME) writeChart();
