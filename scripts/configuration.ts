/** `node scripts/configuration.ts`: writes the table of settings into docs/configuration.md. A test keeps the two equal. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withSettingsTable } from './docs/settings-table.ts';

const page = new URL('../docs/configuration.md', import.meta.url);
writeFileSync(page, withSettingsTable(readFileSync(page, 'utf8')));
