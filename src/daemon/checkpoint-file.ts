/** The checkpoint on disk: read once at the start, written whole or not at all. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { StoredCheckpoint } from './checkpoint-sections.ts';
import type { CheckpointStore } from './checkpoint-store.ts';

export class CheckpointFile implements CheckpointStore {
  readonly described: string;

  constructor(path: string) {
    this.described = path;
  }

  async read(): Promise<unknown> {
    const path = this.described;
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new Error(`cannot read the checkpoint ${path}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`);
    }
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`the checkpoint ${path} is no JSON`);
    }
  }

  async write(checkpoint: StoredCheckpoint): Promise<void> {
    const path = this.described;
    const partial = `${path}.${process.pid}.partial`;
    try {
      await writeFile(partial, JSON.stringify(checkpoint), { mode: 0o600 });
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }
}
