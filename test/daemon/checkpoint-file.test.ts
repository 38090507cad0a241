import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointFile, readCheckpointFile } from '../../src/daemon/checkpoint-file.ts';
import { takeCheckpoint } from '../../src/detect/checkpoint.ts';

const EMPTY = { records: [], tracks: [], heals: [], notices: [] };

function unexpected(error: unknown): never {
  throw error;
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'tugwatch-checkpoint-'));
}

describe('the checkpoint file', () => {
  it('is read back as it was written, and leaves nothing else in its folder', async () => {
    const at = folder();
    const path = join(at, 'state.json');
    await new CheckpointFile(path, () => takeCheckpoint(EMPTY, 42), unexpected).save();
    expect(await readCheckpointFile(path)).toMatchObject({ schema: 'tugwatch.checkpoint', at: 42 });
    expect(readdirSync(at)).toEqual(['state.json']);
  });

  it('is not there at the first start, and that is no error', async () => {
    expect(await readCheckpointFile(join(folder(), 'state.json'))).toBeNull();
  });

  it('is refused in one sentence when it is no JSON', async () => {
    const path = join(folder(), 'state.json');
    writeFileSync(path, '{"schema":');
    await expect(readCheckpointFile(path)).rejects.toThrow(`the checkpoint ${path} is no JSON`);
  });

  it('holds the latest state when it is asked for while another is being written', async () => {
    const path = join(folder(), 'state.json');
    let at = 0;
    const file = new CheckpointFile(path, () => takeCheckpoint(EMPTY, ++at), unexpected);
    await Promise.all([file.save(), file.save(), file.save()]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ at: 2 });
  });

  it('tells of a folder that is not there, and does not throw', async () => {
    const errors: unknown[] = [];
    await new CheckpointFile(
      '/nowhere/state.json',
      () => takeCheckpoint(EMPTY, 1),
      (error) => errors.push(error),
    ).save();
    expect(errors).toHaveLength(1);
  });
});
