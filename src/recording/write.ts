/**
 * Writes a recording. The file appears under its name only when it is whole: until then it is a '.partial' beside it,
 * so that an interrupted run leaves no half recording.
 */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { redact } from '../kubernetes/projections/redact.ts';
import { kindOfResource } from '../kubernetes/resources.ts';
import { groupOf } from '../model/refs.ts';
import { formatLine, type RecordedLine, type RecordedObject } from './format.ts';
import { RecordingError } from './open-input.ts';

export class RecordingWriter {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: WriteStream;
  /** What lines are written to: the file, or the packer in front of it. */
  readonly #sink: WriteStream | Gzip;
  #failure: Error | null = null;
  #lines = 0;
  #over = false;
  /** Twelve watches may wait for the disk at a time; they wait for the same thing. */
  #draining: Promise<void> | null = null;

  private constructor(path: string, partial: string, file: WriteStream) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
    const fail = (error: Error) => {
      this.#failure ??= error;
    };
    file.on('error', fail);
    if (path.endsWith('.gz')) {
      const gzip = createGzip();
      gzip.on('error', fail);
      gzip.pipe(file);
      this.#sink = gzip;
    } else {
      this.#sink = file;
    }
  }

  /**
   * Opens PATH for writing, packed where it ends in '.gz'. A file of that name stays as it is until `close`.
   * @throws RecordingError when it cannot be written.
   */
  static async open(path: string): Promise<RecordingWriter> {
    const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    const file = createWriteStream(partial, { mode: 0o600 });
    try {
      await once(file, 'open');
    } catch (error) {
      throw unwritable(path, error);
    }
    return new RecordingWriter(path, partial, file);
  }

  /** Lines written so far. */
  get lines(): number {
    return this.#lines;
  }

  /**
   * Appends one line, without Secret data, env values and Helm values (digests stand in for them). Resolves when the
   * next one may come. @throws RecordingError when the disk refuses it.
   */
  async append(line: RecordedLine): Promise<void> {
    if (this.#failure !== null) throw unwritable(this.#path, this.#failure);
    if (this.#over) throw new RecordingError(`${this.#path} is closed: no more lines can be written.`);
    this.#lines += 1;
    if (!this.#sink.write(`${formatLine({ ...line, object: safeObject(line) })}\n`)) await this.#drained();
  }

  /** Ends the recording and gives it its name. @throws RecordingError when the disk refuses it; then nothing is left. */
  async close(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    try {
      if (this.#failure !== null) throw this.#failure;
      this.#sink.end();
      await finished(this.#file);
      await flush(this.#partial);
      await rename(this.#partial, this.#path);
    } catch (error) {
      await rm(this.#partial, { force: true });
      throw unwritable(this.#path, error);
    }
  }

  /** Gives the recording up and leaves nothing behind. */
  async abort(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    if (this.#sink !== this.#file) this.#sink.destroy();
    this.#file.destroy();
    // A write under way ends in an error, which is of no interest any more.
    if (!this.#file.closed) await new Promise<void>((closed) => this.#file.once('close', () => closed()));
    await rm(this.#partial, { force: true });
  }

  #drained(): Promise<void> {
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  /** A failing disk ends the wait as well; the next `append` tells of it. */
  async #drain(): Promise<void> {
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    this.#file.once('error', stop);
    try {
      await once(this.#sink, 'drain', { signal: stopped.signal });
    } catch (error) {
      if (!stopped.signal.aborted) throw unwritable(this.#path, error);
    } finally {
      this.#file.off('error', stop);
    }
  }
}

/** Items of a list leave out apiVersion and kind; a recording has objects whole. */
function safeObject(line: RecordedLine): RecordedObject {
  if (line.type !== 'ADDED' && line.type !== 'MODIFIED' && line.type !== 'DELETED') return line.object;
  const kind = line.resource === 'secrets' ? 'Secret' : kindOfResource(groupOf(line.apiVersion), line.resource);
  return redact({ apiVersion: line.apiVersion, ...(kind === '' ? {} : { kind }), ...line.object });
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unwritable(path: string, error: unknown): RecordingError {
  const code = (error as NodeJS.ErrnoException).code;
  const reason =
    code === 'ENOENT'
      ? 'its directory does not exist'
      : code === 'EACCES' || code === 'EPERM'
        ? 'access is denied'
        : code === 'ENOSPC'
          ? 'the disk is full'
          : error instanceof Error
            ? error.message
            : String(error);
  return new RecordingError(`${path} cannot be written: ${reason}.`);
}
