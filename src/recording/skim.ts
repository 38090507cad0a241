/** Lines of a recording of which only those parts are made that a projection reads. */
import { object, WHOLE } from '../kubernetes/decode/shape.ts';
import { shapeOf } from '../kubernetes/decode/shapes.ts';
import { StreamDecoder } from '../kubernetes/decode/stream-decoder.ts';
import { type BrokenLine, parseLine, type ReadLine, understand } from './format.ts';
import type { LineHead } from './head.ts';

/** With their versions there are a dozen; whoever writes a file can name any number. */
const MOST_KINDS = 64;

/** The lines of one recording, or of several. */
export class Skimmer {
  /** By the part of a line that says what it is about. */
  readonly #decoders = new Map<string, StreamDecoder>();

  /**
   * The same as `parseLine`, but that of `object` only those parts are kept that a projection reads. `kept` has it whole,
   * but for Events: they are many, and nobody asks for one again.
   */
  take(bytes: Buffer, head: LineHead): ReadLine | BrokenLine {
    const { apiVersion, resource } = head;
    const line = this.#decoderOf(head)?.decode(bytes);
    // A line may name its resource a second time: then it was skimmed for another kind.
    if (
      typeof line !== 'object' ||
      line === null ||
      Array.isArray(line) ||
      line['resource'] !== resource ||
      line['apiVersion'] !== apiVersion ||
      line['type'] === 'ERROR'
    )
      return parseLine(bytes.toString('utf8'));
    return understand(line, resource === 'events' ? null : bytes.toString('latin1'));
  }

  /** undefined: its objects are kept whole. */
  #decoderOf({ about, apiVersion, resource }: LineHead): StreamDecoder | undefined {
    const known = this.#decoders.get(about);
    if (known !== undefined) return known;
    const kept = shapeOf({ apiVersion, resource });
    if (kept === undefined || this.#decoders.size >= MOST_KINDS) return undefined;
    const decoder = new StreamDecoder(object({ object: kept }, { others: WHOLE }));
    this.#decoders.set(about, decoder);
    return decoder;
  }
}
