/** Opens what `replay` was given: a file, a gzipped file (known by its content, whatever its name), or standard input. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Gunzip } from 'node:zlib';

/** Small, so that one chunk of a file that unpacks a thousandfold still fits into memory. */
const CHUNK_BYTES = 16 * 1024;

/** Bad input, in one sentence for the person who gave it. The command ends with exit code 2. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

export interface Input {
  /** The file as it was named, 'standard input' for '-'. */
  readonly name: string;
  /** Compressed size; null for standard input. */
  readonly totalBytes: number | null;
  /** Raw bytes in order. Ending the iteration early closes the file. */
  readonly chunks: AsyncIterable<Buffer>;
}

/** Looks at the file and opens it when the iteration begins. @throws RecordingError when there is nothing to read. */
export async function describeInput(path: string, stdin: AsyncIterable<Uint8Array>): Promise<Input> {
  if (path === '-') return { name: 'standard input', totalBytes: null, chunks: asBuffers(stdin) };
  const stats = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (stats.isDirectory()) {
    throw new RecordingError(`${path} is a directory: name the recordings in it, for example ${path}/*.ndjson.gz.`);
  }
  return { name: path, totalBytes: stats.isFile() ? stats.size : null, chunks: readChunks(path) };
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  const stream = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await chunks.next().catch((error: unknown) => {
        throw unreadable(path, error);
      });
      if (done === true) return;
      yield value;
    }
  } finally {
    stream.destroy();
  }
}

function unreadable(path: string, error: unknown): RecordingError {
  return new RecordingError(`${path} cannot be read: ${reasonOf(error)}.`);
}

async function* asBuffers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'access is denied';
  return error instanceof Error ? error.message : String(error);
}

/**
 * Unpacks gzip chunk by chunk and keeps everything that came out before a fault, which a piped stream would throw away
 * with its buffer. Only what came out of the very chunk that is damaged is lost.
 */
export class Unpacker {
  readonly #gunzip: Gunzip;
  #out: Buffer[] = [];
  /** What is wrong with the file; null while nothing is. Nothing more comes after a fault. */
  fault: string | null = null;

  /** zlib is loaded when something is packed. */
  static async open(): Promise<Unpacker> {
    const { createGunzip } = await import('node:zlib');
    return new Unpacker(createGunzip());
  }

  private constructor(gunzip: Gunzip) {
    this.#gunzip = gunzip;
    this.#gunzip.on('data', (chunk: Buffer) => this.#out.push(chunk));
    this.#gunzip.on('error', (error: NodeJS.ErrnoException) => {
      this.fault = error.code === 'Z_BUF_ERROR' ? 'it is cut off' : 'it is damaged';
    });
  }

  /** What `chunk` unpacks to. */
  async push(chunk: Buffer): Promise<Buffer[]> {
    if (this.fault === null) await this.#settled((done) => this.#gunzip.write(chunk, done));
    return this.#take();
  }

  /** What was left at the end. */
  async end(): Promise<Buffer[]> {
    if (this.fault === null) {
      await this.#settled((done) => {
        this.#gunzip.once('end', done);
        this.#gunzip.end();
      });
    }
    return this.#take();
  }

  close(): void {
    this.#gunzip.destroy();
  }

  /** A fault ends the wait as well: zlib then calls nothing back. */
  #settled(start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#gunzip.once('error', resolve);
      start(() => {
        this.#gunzip.off('error', resolve);
        resolve();
      });
    });
  }

  #take(): Buffer[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }
}

export function isGzip(start: Buffer): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}
