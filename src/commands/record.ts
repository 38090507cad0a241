/** `tugwatch record -o FILE`: the watched streams of a live cluster, in the format that replay reads. */

import { createWatchLog } from '../daemon/watch-log.ts';
import { recordCluster } from '../kubernetes/record.ts';
import { RecordingWriter } from '../recording/write.ts';
import { type ClusterFlags, connect } from './connect.ts';
import { parseDuration } from './duration.ts';
import type { CommandIo } from './io.ts';
import { loggerFor } from './run.ts';
import { Progress } from './terminal.ts';

export interface RecordFlags extends ClusterFlags {
  readonly output: string;
  readonly duration?: string;
  readonly namespace?: string;
}

/** Resolves to the exit code: 0 when a recording was kept, 2 when there was nothing to keep. */
export async function record(flags: RecordFlags, io: CommandIo): Promise<number> {
  const durationMs = flags.duration === undefined ? null : parseDuration(flags.duration, '--duration');
  const client = await connect(flags, io.env);
  try {
    const sink = await RecordingWriter.open(flags.output);
    const progress = new Progress(io.stderr, io.monotonic);
    const log = createWatchLog(loggerFor({ logLevel: 'info', logFormat: 'text' }, io), io.monotonic);
    let trouble = '';
    const { lines, kept } = await recordCluster({
      client,
      sink,
      durationMs,
      signal: io.signal,
      namespace: flags.namespace,
      warn: (message) => io.stderr.write(`warning: ${message}\n`),
      // Hours may pass until somebody looks at the file: what is not in it must be said now.
      observe: (about, event) => {
        progress.clear();
        log(about, event);
        if (event.type === 'failed') trouble = ` (${event.error.message})`;
      },
      progress: (written) => progress.update(() => `Recording: ${written} lines; Ctrl-C ends and keeps it`),
    });
    progress.clear();
    if (!kept) {
      io.stderr.write(
        `tugwatch: ended before the cluster was listed once${trouble}; nothing can be concluded from that, so no file was kept.\n`,
      );
      return 2;
    }
    io.stderr.write(`${flags.output}: ${lines} lines; look at it with: tugwatch replay ${flags.output}\n`);
    return 0;
  } finally {
    await client.close();
  }
}
