/**
 * Draws timelines of real fights for the documentation: `node scripts/pictures.ts [folder of recordings]`, where
 * the recordings lie beside the repository when none is named.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { replayFiles } from '../src/commands/replay.ts';
import { renderPicture } from '../src/web/picture/standalone.ts';

/** What each is to show: recording and file. */
const PICTURES: Readonly<Record<string, string>> = {
  'fleet-eu': 'hpa-against-self-heal',
  'keda-zero': 'keda-scales-to-zero',
  'template-tug': 'template-fight',
  shared: 'two-applications',
};

const folder = process.argv[2] ?? '../shared/recordings';
const target = new URL('../docs/pictures/', import.meta.url).pathname;
mkdirSync(target, { recursive: true });
for (const [recording, name] of Object.entries(PICTURES)) {
  const { report } = await replayFiles([`${folder}/${recording}.ndjson.gz`]);
  const [conflict] = report.conflicts;
  const picture = conflict === undefined ? null : renderPicture(conflict, report.window.to);
  if (picture === null) throw new Error(`${recording} has no conflict to draw: name the folder the recordings are in.`);
  writeFileSync(`${target}${name}.svg`, picture);
  console.log(`docs/pictures/${name}.svg`);
}
