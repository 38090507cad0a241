/** Chunks packed into one file do what they would do as files of their own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Chunk, packIntoOneFile } from '../../scripts/build/one-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tugwatch-one-file-'));
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const LATE = `globalThis.log.push('late');
//\`a comment, and below it text with what ends comments
export const text = \`first*/
//second
/third · \\u2028 ☸\`;
export const place = import.meta.filename;
`;
const START = `globalThis.log = ['start'];
import { greet } from './shared-1.js';
if (process.argv[2] === 'late') {
  const { text, place } = await import('./late-2.js');
  greet(JSON.stringify({ log, text, place }));
} else greet(JSON.stringify({ log }));
`;
const CHUNKS: readonly Chunk[] = [
  { name: 'late-2.js', code: LATE },
  { name: 'start.js', code: START },
  {
    name: 'shared-1.js',
    code: "import { EOL } from 'node:os';\nexport const greet = (text) => process.stdout.write(text + EOL);",
  },
];

describe('chunks in one file', () => {
  it('are run when something imports them, and say what they said', () => {
    const file = join(folder, 'program.js');
    writeFileSync(file, packIntoOneFile(CHUNKS, 'start.js'));
    const run = (...args: string[]) =>
      JSON.parse(execFileSync(process.execPath, [file, ...args], { encoding: 'utf8' })) as unknown;
    expect(run()).toEqual({ log: ['start'] });
    expect(run('late')).toEqual({
      log: ['start', 'late'],
      text: 'first*/\n//second\n/third · \u2028 ☸',
      place: file,
    });
  });

  it('are refused where they would not come out as they are', () => {
    const start = { name: 'start.js', code: '' };
    expect(() => packIntoOneFile([{ name: 'start.js', code: 'one\rtwo' }], 'start.js')).toThrow('start.js holds "\\r"');
    expect(() => packIntoOneFile([start, start], 'start.js')).toThrow('two chunks have one name');
    expect(() => packIntoOneFile([start], 'other.js')).toThrow('no chunk is called other.js');
  });
});
