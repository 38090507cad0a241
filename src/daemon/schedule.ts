import { createTask, type ScheduledTask } from 'node-cron';
import type { Logger } from '../telemetry/logger.ts';

export interface Schedule {
  /** Runs by another cron expression from now on. */
  move(expression: string): void;
  destroy(): void | Promise<void>;
}

/** Runs a job by a cron expression in UTC, never twice at a time; a job that fails is logged. */
export function schedule(name: string, expression: string, logger: Logger, job: () => void | Promise<void>): Schedule {
  let task = start(expression);
  function start(by: string): ScheduledTask {
    const started = createTask(by, job, { name, timezone: 'Etc/UTC', noOverlap: true });
    started.on('execution:failed', (context) =>
      logger.error({ event: name, err: context.execution?.error }, `${name} failed`),
    );
    started.start();
    return started;
  }
  return {
    move(next) {
      void task.destroy();
      task = start(next);
    },
    destroy: () => task.destroy(),
  };
}
