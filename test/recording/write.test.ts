import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { RecordingError } from '../../src/recording/open-input.ts';
import { RecordingWriter } from '../../src/recording/write.ts';
import { brief, changesOf, line, scratchFolder } from './lines.ts';

describe('writing a recording', () => {
  it.each(['out.ndjson', 'out.ndjson.gz'])('gives %s, which can be replayed', async (name) => {
    const path = join(scratchFolder(), name);
    const writer = await RecordingWriter.open(path);
    await writer.append(line({ type: 'ADDED' }));
    await writer.append(line({ type: 'SYNCED' }));
    expect(writer.lines).toBe(2);
    await writer.close();
    expect((await changesOf(path)).map(brief)).toEqual(['upsert/list web=3', 'synced deployments']);
    expect(readFileSync(path)[0] === 0x1f).toBe(name.endsWith('.gz'));
  });

  it('shows no file before it is whole, and leaves an older one in place until then', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'out.ndjson');
    writeFileSync(path, 'older');
    const writer = await RecordingWriter.open(path);
    await writer.append(line());
    expect(readFileSync(path, 'utf8')).toBe('older');
    await writer.close();
    expect(readFileSync(path, 'utf8')).toContain('"web"');
    expect(readdirSync(folder)).toEqual(['out.ndjson']);
  });

  it.each(['out.ndjson', 'out.ndjson.gz'])('given up leaves nothing of %s', async (name) => {
    const folder = scratchFolder();
    const writer = await RecordingWriter.open(join(folder, name));
    await writer.append(line());
    await writer.abort();
    expect(readdirSync(folder)).toEqual([]);
    await writer.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('writes no secret and no env value', async () => {
    const path = join(scratchFolder(), 'out.ndjson.gz');
    const writer = await RecordingWriter.open(path);
    const containers = [{ name: 'app', env: [{ name: 'PASSWORD', value: 'hunter2' }] }];
    await writer.append(line({ object: { metadata: { name: 'web' }, spec: { template: { spec: { containers } } } } }));
    // An item of a list leaves out its kind.
    await writer.append(
      line({ resource: 'secrets', object: { metadata: { name: 's' }, data: { password: 'hunter2' } } }),
    );
    await writer.close();
    const text = gunzipSync(readFileSync(path)).toString('utf8');
    expect(text).not.toContain('hunter2');
    expect(text).toContain('"name":"PASSWORD","value":"sha256:');
    expect(text).toContain('"kind":"Deployment"');
  });

  it('takes more than a stream buffers', async () => {
    const path = join(scratchFolder(), 'out.ndjson.gz');
    const writer = await RecordingWriter.open(path);
    for (let s = 0; s < 2000; s += 1) await writer.append(line({ s, replicas: s }));
    await writer.close();
    expect(await changesOf(path)).toHaveLength(2000);
  });

  it('lets many watches wait for the disk together, without a word of the runtime about leaks', async () => {
    const warnings: string[] = [];
    const warned = (warning: Error) => warnings.push(warning.message);
    process.on('warning', warned);
    const writer = await RecordingWriter.open(join(scratchFolder(), 'out.ndjson'));
    const object = { metadata: { name: 'web' }, note: 'x'.repeat(100_000) };
    await Promise.all(Array.from({ length: 40 }, () => writer.append(line({ object }))));
    await writer.close();
    expect(writer.lines).toBe(40);
    expect(warnings).toEqual([]);
    process.off('warning', warned);
  });

  it('says in one sentence when the folder is not there', async () => {
    const path = join(scratchFolder(), 'gone', 'out.ndjson');
    await expect(RecordingWriter.open(path)).rejects.toThrow(RecordingError);
    await expect(RecordingWriter.open(path)).rejects.toThrow(/cannot be written: its directory does not exist\.$/);
  });

  it('leaves nothing behind when it cannot take its name', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'out.ndjson');
    const writer = await RecordingWriter.open(path);
    await writer.append(line());
    mkdirSync(path);
    await expect(writer.close()).rejects.toThrow(RecordingError);
    expect(readdirSync(folder)).toEqual(['out.ndjson']);
    expect(existsSync(join(path, 'out.ndjson'))).toBe(false);
  });

  it('refuses lines after its end', async () => {
    const writer = await RecordingWriter.open(join(scratchFolder(), 'out.ndjson'));
    await writer.close();
    await expect(writer.append(line())).rejects.toThrow(/is closed/);
  });
});
