/** What a command reads and writes; the real process in main.ts, buffers in tests. */
import type { Environment, Stream } from './terminal.ts';

export interface CommandIo {
  readonly stdin: Input;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Environment;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Monotonic clock, milliseconds. */
  readonly monotonic: () => number;
  /** Aborted by SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Calls back at each SIGHUP, which then no longer ends the process; gives the function that takes that back. */
  readonly onHangup?: (listener: () => void) => () => void;
}

/** `destroy` where an open terminal would keep the process alive. */
export interface Input extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
  destroy?(): unknown;
}
