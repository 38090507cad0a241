/** The body of one watch: chunks that come when they are pushed, until its end or its failure. */
import { type KubeError, KubeRequestError } from '../../src/kubernetes/errors.ts';

const ENCODER = new TextEncoder();

export class Stream implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #wake = () => {};
  #muted = false;
  #end: KubeError | 'ended' | null = null;

  push(text: string): void {
    if (this.#muted || this.#end !== null) return;
    this.#chunks.push(ENCODER.encode(text));
    this.#wake();
  }

  /** Takes what is pushed from now on, and its end, and lets none of it out: only who reads can give it up. */
  mute(): void {
    this.#muted = true;
  }

  end(): void {
    if (this.#muted) return;
    this.#end ??= 'ended';
    this.#wake();
  }

  fail(error: KubeError): void {
    this.#end ??= error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) yield chunk;
      if (this.#end === 'ended') return;
      if (this.#end !== null) throw new KubeRequestError(this.#end);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
