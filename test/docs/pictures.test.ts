/** The pictures on the pages show what the daemon draws today. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawPicture, PICTURES } from '../../scripts/docs/pictures.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';

const FOLDER = new URL('../../docs/pictures/', import.meta.url);

describe('the pictures of the documents', () => {
  it('are those that are drawn from a recording, and no others', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(
      Object.keys(PICTURES)
        .map((name) => `${name}.svg`)
        .sort(),
    );
  });

  it.skipIf(noRecordings).each(Object.entries(PICTURES))(
    '%s is drawn as it would be now (else run: node scripts/pictures.ts)',
    async (name, recording) => {
      expect(await drawPicture(recordingPath(recording))).toBe(readFileSync(new URL(`${name}.svg`, FOLDER), 'utf8'));
    },
  );
});
