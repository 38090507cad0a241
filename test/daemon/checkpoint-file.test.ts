import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointFile } from '../../src/daemon/checkpoint-file.ts';
import { takeCheckpoint } from '../../src/detect/checkpoint.ts';

const EMPTY = { records: [], tracks: [], heals: [], notices: [] };

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'tugwatch-checkpoint-'));
}

describe('the checkpoint file', () => {
  it('is read back as it was written, and leaves nothing else in its folder', async () => {
    const at = folder();
    const file = new CheckpointFile(join(at, 'state.json'));
    await file.write(takeCheckpoint(EMPTY, 42));
    expect(await file.read()).toMatchObject({ schema: 'tugwatch.checkpoint', at: 42 });
    expect(readdirSync(at)).toEqual(['state.json']);
  });

  it('is not there at the first start, and that is no error', async () => {
    expect(await new CheckpointFile(join(folder(), 'state.json')).read()).toBeNull();
  });

  it('is refused in one sentence when it is no JSON', async () => {
    const path = join(folder(), 'state.json');
    writeFileSync(path, '{"schema":');
    await expect(new CheckpointFile(path).read()).rejects.toThrow(`the checkpoint ${path} is no JSON`);
  });

  it('says so when its folder is not there', async () => {
    await expect(new CheckpointFile('/nowhere/state.json').write(takeCheckpoint(EMPTY, 1))).rejects.toThrow('ENOENT');
  });
});
