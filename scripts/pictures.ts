/**
 * Draws timelines of real fights for the documentation: `node scripts/pictures.ts [folder of recordings]`, where
 * the recordings lie beside the repository when none is named.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { drawPicture, PICTURES } from './docs/pictures.ts';

const folder = process.argv[2] ?? '../shared/recordings';
const target = new URL('../docs/pictures/', import.meta.url).pathname;
mkdirSync(target, { recursive: true });
for (const [name, recording] of Object.entries(PICTURES)) {
  writeFileSync(`${target}${name}.svg`, await drawPicture(`${folder}/${recording}.ndjson.gz`));
  console.log(`docs/pictures/${name}.svg`);
}
