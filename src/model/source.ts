/** Where changes come from: a live cluster, a recording, the embedded cluster. The only difference between them. */
import type { Change } from './facts.ts';
import type { LensRequest } from './ports.ts';

export interface ChangeSource {
  /** Emits changes in the order they were learned; resolves when a recording has ended or `stop` was called. */
  run(emit: (change: Change) => void): Promise<void>;
  stop(): Promise<void>;
  /** Puts a request for one whole object in the queue; its LensFacts come through `emit`. Never throws. */
  requestLens(request: LensRequest): void;
}
