import type { Engine } from '../engine.ts';
import { counted } from '../report/words.ts';
import type { Logger } from '../telemetry/logger.ts';
import { CheckpointFile, readCheckpointFile } from './checkpoint-file.ts';
import { keepSound } from './checkpoint-schema.ts';
import type { CheckpointSections } from './checkpoint-sections.ts';

/** Takes up where the last process left off, if it left anything that is understood. */
export async function openCheckpoint(
  path: string,
  engine: Engine,
  sections: CheckpointSections,
  logger: Logger,
): Promise<CheckpointFile | null> {
  if (path === '') return null;
  const { detector } = engine.pipeline;
  try {
    const stored = await readCheckpointFile(path);
    const { checkpoint, dropped } = keepSound(stored);
    const refused = stored === null ? null : detector.restore(checkpoint);
    sections.restore(stored);
    const takenOver = `${counted(detector.conflicts().length, 'conflict')} taken over from ${path}`;
    if (refused !== null) logger.warn({ event: 'checkpoint' }, `starting without history: ${refused}`);
    else if (dropped > 0)
      logger.warn(
        { event: 'checkpoint', dropped },
        `${takenOver}; ${counted(dropped, 'entry', 'entries')} of it cannot be read`,
      );
    else if (stored !== null) logger.info({ event: 'checkpoint' }, takenOver);
  } catch (error) {
    logger.warn({ event: 'checkpoint', err: error }, 'starting without history');
  }
  return new CheckpointFile(
    path,
    () => ({ ...detector.checkpoint(), sections: sections.save() }),
    (error) => logger.error({ event: 'checkpoint', err: error }, `the checkpoint ${path} could not be written`),
  );
}
