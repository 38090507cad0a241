/** What the pure part asks of the outside: only questions with an answer, never I/O. */
import type { Json, ObjectRef } from './facts.ts';

/** jq as Argo CD uses it (gojq): `del(<expression>)`. Loaded once before the pipeline starts; synchronous after. */
export interface JqEngine {
  /**
   * Runs `del(expression)` on `input`. 'invalid' when it does not parse or compile (Argo CD then compares nothing of
   * the application), 'failed' when it fails at run time (Argo CD then skips the rule).
   */
  deletePaths(
    expression: string,
    input: Json,
  ):
    | { readonly outcome: 'ok'; readonly output: Json }
    | { readonly outcome: 'invalid' | 'failed'; readonly message: string };
}

/** Ask for one object in full while a suspicion about it lasts (ARCHITECTURE.md, Zoom). A queue, not a call upstream. */
export interface LensRequest {
  readonly action: 'open' | 'close';
  /** `apiVersion` may carry the group alone ('apps/') when an operation names an object without a version. */
  readonly ref: ObjectRef;
  readonly reason: string;
}
