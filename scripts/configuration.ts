/** `node scripts/configuration.ts`: writes the settings into docs/configuration.md and into the schema of the Helm chart's values. */
import { readFileSync, writeFileSync } from 'node:fs';
import { writeChart } from './chart/render.ts';
import { withSettingsTable } from './docs/settings-table.ts';

const page = new URL('../docs/configuration.md', import.meta.url);
writeFileSync(page, withSettingsTable(readFileSync(page, 'utf8')));
writeChart();
