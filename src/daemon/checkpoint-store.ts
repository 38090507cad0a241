import type { StoredCheckpoint } from './checkpoint-sections.ts';

/** Where a checkpoint is kept: a file, or an object of the cluster. */
export interface CheckpointStore {
  /** For sentences: a path, 'ConfigMap tugwatch/tugwatch-checkpoint'. */
  readonly described: string;
  /** What was written last, by whichever process; null when there is nothing yet. @throws Error with a sentence */
  read(): Promise<unknown>;
  /** All of it or nothing. @throws Error with a sentence */
  write(checkpoint: StoredCheckpoint): Promise<void>;
}
