/**
 * Notices that the content of a file has changed. It looks at the content and not for events: a ConfigMap in a pod changes
 * by a symbolic link that is put in the place of another, which watches of the file itself do not see, and some file
 * systems tell of nothing at all.
 */
import { readFile } from 'node:fs/promises';

export class FileWatch {
  readonly #path: string;
  readonly #changed: () => void;
  /** What was told of last; null before the first look, so that a change since the file was first read is not missed. */
  #known: string | null = null;
  #candidate: string | null = null;
  #looking: Promise<void> | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  /** `changed` is called when two looks in a row show the same new content: half a file is not taken for a whole one. */
  constructor(path: string, changed: () => void) {
    this.#path = path;
    this.#changed = changed;
  }

  /** Looks every `everyMs` milliseconds, until `close`. */
  start(everyMs: number): void {
    this.#timer ??= setInterval(() => void this.look(), everyMs).unref();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** One look; looks never overlap. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const seen = await readFile(this.#path, 'utf8').then(
      (text) => `content ${text}`,
      (error: NodeJS.ErrnoException) => `error ${error.code ?? ''}`,
    );
    const settled = seen === this.#candidate;
    this.#candidate = seen;
    if (!settled || seen === this.#known) return;
    this.#known = seen;
    this.#changed();
  }
}
