import { Buffer } from 'node:buffer';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { RecordingLine } from '../../src/recording/format.ts';
import { RecordingError } from '../../src/recording/open-input.ts';
import { type ReadOptions, type ReadProgress, RecordingReader } from '../../src/recording/read.ts';
import { warningsOf } from '../../src/recording/read-summary.ts';
import { fileOf, scratchFolder, textOf } from './lines.ts';

const GOOD = textOf({ s: 0, replicas: 1 }, { s: 1, replicas: 2 }, { s: 2, replicas: 3 });

/** Enough to fill several chunks once packed. */
const MANY = Array.from({ length: 5000 }, (_, s) => textOf({ s, uid: `${(s * 7919) % 100_003}` })).join('\n');

async function read(paths: readonly string[], options: ReadOptions = {}) {
  const reader = new RecordingReader(paths, options);
  const lines: RecordingLine[] = [];
  for await (const batch of reader.batches()) lines.push(...batch);
  return { lines, warnings: warningsOf(reader.summaries).map((text) => text.replace(/^.*\//, '')) };
}

async function failure(paths: readonly string[], options: ReadOptions = {}): Promise<string> {
  const error: unknown = await read(paths, options).then(
    () => new Error('it was read'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RecordingError);
  return (error as Error).message.replaceAll(/\/\S*\/(?=[^/\s]+)/g, '');
}

describe('a recording that is in order', () => {
  it.each(['recording.ndjson', 'recording.ndjson.gz'])('is read from %s', async (name) => {
    expect(await read([fileOf(GOOD, name)])).toMatchObject({ lines: [{}, {}, {}], warnings: [] });
  });

  it('is known for packed by its content and not by its name', async () => {
    expect((await read([fileOf(gzipSync(GOOD), 'odd.txt')])).lines).toHaveLength(3);
    expect((await read([fileOf(Buffer.from(GOOD), 'odd.gz')])).lines).toHaveLength(3);
  });

  it('is read from standard input, packed or not', async () => {
    async function* chunksOf(bytes: Buffer) {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    }
    expect((await read(['-'], { stdin: chunksOf(Buffer.from(GOOD)) })).lines).toHaveLength(3);
    expect((await read(['-'], { stdin: chunksOf(gzipSync(GOOD)) })).lines).toHaveLength(3);
  });

  it('may be several archives one after the other', async () => {
    const path = fileOf(Buffer.concat([gzipSync(`${GOOD}\n`), gzipSync(GOOD)]), 'joined.gz');
    expect((await read([path])).lines).toHaveLength(6);
  });

  it('may have blank lines, Windows line ends, a byte order mark and no line feed at its end', async () => {
    const path = fileOf(`\uFEFF${GOOD.replaceAll('\n', '\r\n\r\n')}`);
    expect(await read([path])).toMatchObject({ lines: [{}, {}, {}], warnings: [] });
  });

  it('tells its progress, up to the size of all files', async () => {
    const seen: ReadProgress[] = [];
    await read([fileOf(GOOD), fileOf(GOOD)], { onProgress: (progress) => seen.push(progress) });
    const bytesTotal = 2 * Buffer.byteLength(GOOD);
    expect(seen.at(-1)).toEqual({ bytesRead: bytesTotal, bytesTotal });
  });

  it('gives only the time of lines that are passed over, and still tells when one of them is broken', async () => {
    const pod = textOf({ resource: 'pods', s: 1 });
    const path = fileOf([GOOD, pod, pod.slice(0, -5)].join('\n'));
    const { lines, warnings } = await read([path], { passOver: ['pods'] });
    expect(lines.at(-1)).toEqual({ at: Date.parse('2026-11-21T06:00:01Z'), type: 'PASSED' });
    expect(warnings).toEqual(['recording.ndjson: 1 of 5 lines skipped (line 5); line 5 is no JSON.']);
  });

  it('gives only the time of Events about kinds that are passed over', async () => {
    const event = (kind: string, message = '') =>
      textOf({
        resource: 'events',
        object: { kind: 'Event', metadata: { name: 'x' }, involvedObject: { kind, name: 'web' }, message },
      });
    const about = ['Pod', 'Deployment', 'PodDisruptionBudget', 'ReplicaSet'].map((kind) => event(kind));
    const path = fileOf([...about, event('Deployment', '"involvedObject":{"kind":"Pod"')].join('\n'));
    const { lines } = await read([path], { passOver: ['pods'], passOverEventsAbout: ['Pod', 'ReplicaSet'] });
    expect(lines.map(({ type }) => type)).toEqual(['PASSED', 'MODIFIED', 'MODIFIED', 'PASSED', 'MODIFIED']);
  });

  it('reads lines whose members stand in another order', async () => {
    const line = JSON.parse(textOf({})) as Record<string, unknown>;
    const turned = JSON.stringify(Object.fromEntries(Object.entries(line).reverse()));
    const options = { passOver: ['pods'], skim: true };
    const { lines, warnings } = await read([fileOf([textOf({}), turned].join('\n'))], options);
    expect(warnings).toEqual([]);
    const [one, other] = lines as [object, object];
    expect({ ...other, kept: null }).toEqual({ ...one, kept: null, object: line['object'] });
  });

  it('is not passed over for what an object says', async () => {
    const about = textOf({
      object: { metadata: { name: 'x' }, data: { text: '"resource":"pods"' }, '"resource":"pods"': 1 },
    });
    expect((await read([fileOf(about)], { passOver: ['pods'] })).lines[0]?.type).toBe('MODIFIED');
  });
});

describe('a recording that is damaged', () => {
  it('loses its broken lines alone, and names them', async () => {
    const [one = '', two = '', three = ''] = GOOD.split('\n');
    const path = fileOf([one, '{"at":', '', two, 'nonsense', three].join('\n'));
    const { lines, warnings } = await read([path]);
    expect(lines).toHaveLength(3);
    expect(warnings).toEqual(['recording.ndjson: 2 of 6 lines skipped (lines 2, 5); line 2 is no JSON.']);
  });

  it('names at most five broken lines', async () => {
    const path = fileOf([...Array.from({ length: 7 }, () => 'x'), GOOD].join('\n'));
    expect((await read([path])).warnings).toEqual([
      'recording.ndjson: 7 of 10 lines skipped (lines 1, 2, 3, 4, 5, …); line 1 is no JSON.',
    ]);
  });

  it('is used up to where its archive is cut off', async () => {
    const packed = gzipSync(MANY);
    for (const share of [0.5, 0.9]) {
      const cut = fileOf(packed.subarray(0, packed.length * share), 'cut.ndjson.gz');
      const { lines, warnings } = await read([cut]);
      // Deflate works in blocks: what is readable is about the same share of the lines.
      expect(lines.length).toBeGreaterThan(5000 * (share - 0.2));
      expect(lines.length).toBeLessThan(5000);
      expect(warnings).toEqual([
        `cut.ndjson.gz: it is cut off after line ${lines.length}; what stands before was used.`,
      ]);
    }
  });

  it('is used whole where only the end mark of its archive is missing', async () => {
    const packed = gzipSync(GOOD);
    const { lines, warnings } = await read([fileOf(packed.subarray(0, packed.length - 4), 'cut.ndjson.gz')]);
    expect(lines).toHaveLength(3);
    expect(warnings).toEqual(['cut.ndjson.gz: it is cut off after line 3; what stands before was used.']);
  });

  it('is used up to where its archive is damaged', async () => {
    const packed = gzipSync(MANY);
    const middle = Math.floor(packed.length / 2);
    packed.fill(0xff, middle, middle + 100);
    const { lines, warnings } = await read([fileOf(packed, 'bad.ndjson.gz')]);
    expect(lines.length).toBeGreaterThan(5000 * 0.3);
    expect(lines.length).toBeLessThan(5000);
    expect(warnings.at(-1)).toMatch(/^bad\.ndjson\.gz: it is damaged after line \d+; what stands before was used\.$/);
  });

  it('does not take the other files with it', async () => {
    const { lines, warnings } = await read([fileOf(GOOD), fileOf('', 'empty.ndjson')]);
    expect(lines).toHaveLength(3);
    expect(warnings).toEqual([expect.stringContaining('empty.ndjson is empty')]);
  });
});

describe('what is no recording ends with one clear sentence', () => {
  it.each<[string, string | Buffer, string, string]>([
    ['an empty file', '', 'e.ndjson', 'e.ndjson is empty: nothing was recorded in it.'],
    ['a file of blanks', ' \n\n', 'e.ndjson', 'e.ndjson is empty: nothing was recorded in it.'],
    ['an empty archive', gzipSync(''), 'e.gz', 'e.gz is empty: nothing was recorded in it.'],
    [
      'broken lines only',
      'a\nb',
      'b.ndjson',
      'b.ndjson is no recording: none of its 2 lines is readable, line 1 is no JSON.',
    ],
    [
      'JSON of another kind',
      '{"level":"info"}',
      'log.json',
      'log.json is no recording: none of its 1 lines is readable, line 1 has no RFC 3339 time in "at".',
    ],
    [
      'a manifest in YAML',
      '# shop\n---\napiVersion: apps/v1\nkind: Deployment\n',
      'web.yaml',
      'web.yaml is no recording: it looks like a manifest. Check it with: tugwatch audit FILE',
    ],
    [
      'a list from kubectl',
      '{\n  "apiVersion": "v1",\n  "items": []\n}',
      'l.json',
      'l.json is no recording: it looks like a manifest.',
    ],
    [
      'a zip archive',
      Buffer.from('PK\u0003\u0004rest'),
      'a.zip',
      'a.zip is no recording: it is a zip archive. Unpack it first.',
    ],
    ['UTF-16', Buffer.from('\uFEFF{"at":1}', 'utf16le'), 'ps.ndjson', 'ps.ndjson is no recording: it is UTF-16 text'],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1]), 'r.zst', 'r.zst is no recording: it is packed with zstd.'],
    [
      'a picture',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]),
      'p.png',
      'p.png is no recording: it is a binary file.',
    ],
    [
      'the stump of an archive',
      gzipSync(GOOD).subarray(0, 12),
      's.gz',
      's.gz: it is cut off, no line of it is readable.',
    ],
  ])('%s', async (_, content, name, sentence) => {
    expect(await failure([fileOf(content, name)])).toContain(sentence);
  });

  it('a file that is not there', async () => {
    expect(await failure([join(scratchFolder(), 'gone.ndjson')])).toBe(
      'gone.ndjson cannot be read: there is no such file.',
    );
  });

  it('a folder', async () => {
    const folder = join(scratchFolder(), 'recordings');
    mkdirSync(folder);
    expect(await failure([folder])).toContain('recordings is a directory: name the recordings in it');
  });

  it('a line that is longer than any object', async () => {
    const path = fileOf(Buffer.alloc(17 * 1024 * 1024, 'x'), 'long.ndjson');
    expect(await failure([path])).toContain('line 1 is longer than any object can be');
  });
});
