import { createTask } from 'node-cron';
import type { Logger } from '../telemetry/logger.ts';

/** Runs a job by a cron expression in UTC, never twice at a time; a job that fails is logged. */
export function schedule(name: string, expression: string, logger: Logger, job: () => void | Promise<void>) {
  const task = createTask(expression, job, { name, timezone: 'Etc/UTC', noOverlap: true });
  task.on('execution:failed', (context) =>
    logger.error({ event: name, err: context.execution?.error }, `${name} failed`),
  );
  task.start();
  return task;
}
