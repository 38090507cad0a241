/** Recordings as a source of changes: files, or standard input, in their own time. */
import type { SkipReason } from '../kubernetes/projections/project.ts';
import { KINDS_OF_LOUD_EVENTS } from '../kubernetes/resources.ts';
import type { Change, Millis } from '../model/facts.ts';
import type { LensRequest } from '../model/ports.ts';
import type { ChangeSource } from '../model/source.ts';
import { LineReplayer } from './line-replayer.ts';
import { type ReadOptions, RecordingReader } from './read.ts';
import type { FileSummary } from './read-summary.ts';

export interface ReplayOptions extends Omit<ReadOptions, 'passOver' | 'passOverEventsAbout' | 'skim'> {
  /** Called with the time of each line before its changes, also where a line brings none: the recording's clock. */
  readonly onTime?: (at: Millis) => void;
  /** Awaited before the next line, when it gives a promise: whoever takes the changes must catch up first. */
  readonly barrier?: () => Promise<void> | undefined;
}

/** Nothing is kept of pods, and no lens is opened on one; they are the bulk of most recordings. */
const PASSED_OVER = ['pods'];

type Emit = (change: Change) => void;

export class ReplaySource implements ChangeSource {
  /** What was used and what was skipped, by file; complete when `run` has ended. */
  readonly summaries: readonly FileSummary[];
  /** Objects of which nothing is kept, by reason. */
  readonly skipped: ReadonlyMap<SkipReason, number>;
  readonly #reader: RecordingReader;
  readonly #onTime: (at: Millis) => void;
  readonly #barrier: () => Promise<void> | undefined;
  readonly #lines = new LineReplayer();
  #stopped = false;

  /** `paths`: files, gzipped or not, or '-'; several are parts of one stream. */
  constructor(paths: readonly string[], options: ReplayOptions = {}) {
    this.#reader = new RecordingReader(paths, {
      ...options,
      passOver: PASSED_OVER,
      // As a live watch leaves them out.
      passOverEventsAbout: KINDS_OF_LOUD_EVENTS,
      skim: true,
    });
    this.#onTime = options.onTime ?? (() => {});
    this.#barrier = options.barrier ?? (() => undefined);
    this.summaries = this.#reader.summaries;
    this.skipped = this.#lines.skipped;
  }

  /** @throws RecordingError when nothing of the input can be used. */
  async run(emit: Emit): Promise<void> {
    for await (const batch of this.#reader.batches()) {
      for (const line of batch) {
        if (this.#stopped) return;
        this.#onTime(line.at);
        if (line.type === 'PASSED') continue;
        this.#lines.take(line, emit);
        this.#lines.answerRequests(emit);
        const behind = this.#barrier();
        if (behind !== undefined) {
          await behind;
          this.#lines.answerRequests(emit);
        }
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
  }

  requestLens(request: LensRequest): void {
    this.#lines.requestLens(request);
  }
}
