/** The checkpoint on disk: read once at the start, written whole or not at all. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { StoredCheckpoint } from './checkpoint-sections.ts';

/** What the file holds, null when there is none yet. @throws Error with a sentence when it cannot be read as JSON */
export async function readCheckpointFile(path: string): Promise<unknown> {
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

/** Writes one checkpoint after the other; one that is asked for while another is written follows it. */
export class CheckpointFile {
  readonly #path: string;
  readonly #take: () => StoredCheckpoint;
  readonly #onError: (error: unknown) => void;
  #writing: Promise<boolean> | null = null;
  #again = false;

  constructor(path: string, take: () => StoredCheckpoint, onError: (error: unknown) => void) {
    this.#path = path;
    this.#take = take;
    this.#onError = onError;
  }

  /** False when it could not be written: that is told of, and costs no detection. Never rejects. */
  save(): Promise<boolean> {
    if (this.#writing !== null) {
      this.#again = true;
      return this.#writing;
    }
    this.#writing = this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #write(): Promise<boolean> {
    let written: boolean;
    do {
      this.#again = false;
      const partial = `${this.#path}.${process.pid}.partial`;
      try {
        await writeFile(partial, JSON.stringify(this.#take()), { mode: 0o600 });
        await rename(partial, this.#path);
        written = true;
      } catch (error) {
        await rm(partial, { force: true });
        this.#onError(error);
        written = false;
      }
    } while (this.#again);
    return written;
  }
}
