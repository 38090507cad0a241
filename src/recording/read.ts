/** Reads recordings as one stream: files, gzipped files or standard input, merged by the time of their lines. */

import { type BrokenLine, parseLine, type RecordingLine } from './format.ts';
import { HeadReader, PassOver } from './head.ts';
import { mergeByTime } from './merge.ts';
import { describeInput, type Input, isGzip, RecordingError, Unpacker } from './open-input.ts';
import { FileSummary, whyUnusable } from './read-summary.ts';
import { Skimmer } from './skim.ts';
import { LineSplitter, type RawLine } from './split-lines.ts';

export interface ReadProgress {
  readonly bytesRead: number;
  /** null when it cannot be known (standard input). */
  readonly bytesTotal: number | null;
}

export interface ReadOptions {
  /** For '-'. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Plurals whose objects nobody needs: their lines only move the clock, and are not parsed. */
  readonly passOver?: readonly string[];
  /** Kinds whose Events nobody needs; the same holds for their lines. */
  readonly passOverEventsAbout?: readonly string[];
  /** Of objects only what projections read is kept; a line's `text` has them whole. */
  readonly skim?: boolean;
  readonly onProgress?: (progress: ReadProgress) => void;
}

const START_BYTES = 512;

/** One reading of one or more files. `summaries` fill while `batches` is consumed. */
export class RecordingReader {
  readonly summaries: readonly FileSummary[];
  readonly #paths: readonly string[];
  readonly #options: ReadOptions;
  readonly #passOver: PassOver;
  readonly #heads = new HeadReader();
  readonly #skimmer = new Skimmer();
  #bytesRead = 0;
  #bytesTotal: number | null = 0;

  constructor(paths: readonly string[], options: ReadOptions = {}) {
    this.#paths = paths;
    this.#options = options;
    this.#passOver = new PassOver(options.passOver, options.passOverEventsAbout);
    this.summaries = paths.map((path) => new FileSummary(path === '-' ? 'standard input' : path));
  }

  /**
   * The lines in order of time, in batches. A broken line is counted and skipped, a damaged archive is used as far as
   * it goes.
   * @throws RecordingError when a file cannot be opened, or when not one line of all the files can be used.
   */
  async *batches(): AsyncGenerator<readonly RecordingLine[]> {
    const inputs: Input[] = [];
    for (const path of this.#paths) inputs.push(await describeInput(path, this.#options.stdin ?? process.stdin));
    this.#bytesTotal = inputs.reduce<number | null>(
      (sum, input) => (sum === null || input.totalBytes === null ? null : sum + input.totalBytes),
      0,
    );
    yield* mergeByTime(inputs.map((input, index) => this.#read(input, this.#summaryOf(index))));
    if (this.summaries.some((file) => file.used > 0)) return;
    throw new RecordingError(this.summaries.map(whyUnusable).join('\n'));
  }

  #summaryOf(index: number): FileSummary {
    const summary = this.summaries[index];
    if (summary === undefined) throw new RangeError(`no file ${index}`);
    return summary;
  }

  async *#read(input: Input, summary: FileSummary): AsyncGenerator<readonly RecordingLine[]> {
    const splitter = new LineSplitter();
    for await (const bytes of this.#unpack(input, summary)) {
      const batch: RecordingLine[] = [];
      for (const line of splitter.push(bytes)) this.#take(line, summary, batch);
      if (batch.length > 0) yield batch;
    }
    const rest = splitter.end();
    if (rest === undefined) return;
    const batch: RecordingLine[] = [];
    // The half line at the end of a damaged archive belongs to the damage and is not told of twice.
    if (summary.fault === null || !isBroken(rest)) this.#take(rest, summary, batch);
    if (batch.length > 0) yield batch;
  }

  async *#unpack(input: Input, summary: FileSummary): AsyncGenerator<Buffer> {
    let unpacker: Unpacker | null | undefined;
    try {
      for await (const chunk of input.chunks) {
        this.#bytesRead += chunk.length;
        this.#options.onProgress?.({ bytesRead: this.#bytesRead, bytesTotal: this.#bytesTotal });
        if (unpacker === undefined) unpacker = isGzip(chunk) ? await Unpacker.open() : null;
        for (const bytes of unpacker === null ? [chunk] : await unpacker.push(chunk)) yield peek(bytes, summary);
        summary.fault = unpacker?.fault ?? null;
        if (summary.fault !== null) return;
      }
      for (const bytes of (await unpacker?.end()) ?? []) yield peek(bytes, summary);
      summary.fault = unpacker?.fault ?? null;
    } finally {
      unpacker?.close();
    }
  }

  #take({ number, bytes }: RawLine, summary: FileSummary, batch: RecordingLine[]): void {
    if (bytes !== null && isBlank(bytes)) return;
    summary.lines = number;
    if (bytes === null) {
      summary.countBroken(number, 'is longer than any object can be');
      return;
    }
    const line = this.#understand(bytes, number);
    if (line.type === 'BROKEN') {
      summary.countBroken(number, line.reason);
      return;
    }
    summary.used += 1;
    batch.push(line);
  }

  #understand(bytes: Buffer, number: number): RecordingLine | BrokenLine {
    const head = this.#heads.read(bytes);
    const at = head === null ? null : this.#passOver.timeOf(head, bytes);
    if (at !== null) return { at, type: 'PASSED' };
    if (head === null || this.#options.skim !== true) return parseLine(textOf(bytes, number));
    return this.#skimmer.take(bytes, head);
  }
}

/** Files written on Windows may begin with a byte order mark. */
function textOf(bytes: Buffer, number: number): string {
  const text = bytes.toString('utf8');
  return number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 64 && bytes.toString('latin1').trim() === '';
}

function isBroken(line: RawLine): boolean {
  return line.bytes === null || parseLine(line.bytes.toString('utf8')).type === 'BROKEN';
}

/** Keeps the first bytes of a file, to say what it is should it be no recording. */
function peek(bytes: Buffer, summary: FileSummary): Buffer {
  if (summary.start.length < START_BYTES) summary.start += bytes.toString('latin1', 0, START_BYTES);
  return bytes;
}
