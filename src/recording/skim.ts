/** Lines of a recording of which only those parts are made that a projection reads. */
import { object, WHOLE } from '../kubernetes/decode/shape.ts';
import { shapeOf } from '../kubernetes/decode/shapes.ts';
import { StreamDecoder } from '../kubernetes/decode/stream-decoder.ts';
import { type BrokenLine, parseLine, type ReadLine, understand } from './format.ts';
import type { About, LineHead } from './head.ts';

/** The lines of one recording, or of several. */
export class Skimmer {
  /** null: its objects are kept whole. */
  readonly #decoders = new Map<About, StreamDecoder | null>();

  /**
   * The same as `parseLine`, but that of `object` only those parts are kept that a projection reads. `kept` has it whole,
   * but for Events: they are many, and nobody asks for one again.
   */
  take(bytes: Buffer, { about }: LineHead): ReadLine | BrokenLine {
    const { apiVersion, resource } = about;
    const line = this.#decoderOf(about)?.decode(bytes);
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

  #decoderOf(about: About): StreamDecoder | null {
    let decoder = this.#decoders.get(about);
    if (decoder === undefined) {
      const kept = shapeOf(about);
      decoder = kept === undefined ? null : new StreamDecoder(object({ object: kept }, { others: WHOLE }));
      this.#decoders.set(about, decoder);
    }
    return decoder;
  }
}
