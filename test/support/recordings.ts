/** The recordings of a real control plane, which lie beside the repository. Tests that read them are skipped without. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parseLine, type ReadLine } from '../../src/recording/format.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/recordings/', import.meta.url));

export const noRecordings = !existsSync(FOLDER);

export function recordingPath(name: string): string {
  return `${FOLDER}${name}.ndjson.gz`;
}

/** The text of a recording, unpacked. */
export function recordingText(name: string): string {
  return gunzipSync(readFileSync(recordingPath(name))).toString('utf8');
}

/** The versions of objects of one resource, in order. */
export function recordedVersions(name: string, resource: string): readonly ReadLine[] {
  const versions: ReadLine[] = [];
  for (const text of recordingText(name).split('\n')) {
    if (!text.includes(`"resource":"${resource}"`)) continue;
    const line = parseLine(text);
    if (line.type === 'BROKEN') throw new Error(`${name}: a line ${line.reason}`);
    if (line.resource === resource && (line.type === 'ADDED' || line.type === 'MODIFIED')) versions.push(line);
  }
  return versions;
}
