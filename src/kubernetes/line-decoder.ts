/** Cuts a byte stream into lines, wherever the network cut it into chunks. */
import { KubeRequestError } from './errors.ts';

const NEWLINE = 0x0a;
/** etcd takes objects of at most 1.5 MB; a line of a watch beyond this is no object. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

export class LineDecoder {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #size = 0;
  #joint = Buffer.alloc(0);

  constructor(maxBytes: number = MAX_LINE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The lines that `chunk` completes, without their end; empty ones are left out. Each is good until the next one is asked for: it
   * may share memory with the chunk, and with other lines. A line feed is never part of a longer UTF-8 sequence, so cutting
   * at it is safe at every byte.
   * @throws KubeRequestError badResponse/size when a line grows beyond the cap: nothing after it can be trusted.
   */
  *push(chunk: Uint8Array): Generator<Buffer> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      const line = this.#take();
      if (line.length > 0) yield line;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** Bytes of a line that never ended. More than 0 at the end of a stream means that the stream broke. */
  get pending(): number {
    return this.#size;
  }

  #keep(part: Uint8Array): void {
    this.#size += part.length;
    if (this.#size > this.#maxBytes) {
      this.#parts = [];
      throw new KubeRequestError({
        kind: 'badResponse',
        reason: 'size',
        message: `a line of the watch is longer than ${this.#maxBytes} bytes`,
      });
    }
    this.#parts.push(part);
  }

  #take(): Buffer {
    const [only] = this.#parts;
    const bytes = this.#parts.length === 1 && only !== undefined ? only : this.#joined();
    this.#parts = [];
    this.#size = 0;
    let end = bytes.length;
    while (end > 0 && isBlank(bytes[end - 1])) end -= 1;
    return Buffer.from(bytes.buffer, bytes.byteOffset, end);
  }

  /** In memory that is used again: a list of Applications of a megabyte would else leave as much garbage for each. */
  #joined(): Uint8Array {
    if (this.#joint.length < this.#size) this.#joint = Buffer.allocUnsafeSlow(this.#size + (this.#size >> 2));
    let at = 0;
    for (const part of this.#parts) {
      this.#joint.set(part, at);
      at += part.length;
    }
    return this.#joint.subarray(0, at);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}
