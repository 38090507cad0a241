/** `tugwatch demo`: the embedded cluster on loopback, and the same daemon as anywhere else against it. */
import { writeFile } from 'node:fs/promises';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type Daemon, startDaemon } from '../daemon/daemon.ts';
import { logReleaseFailure, Releasers } from '../daemon/releasers.ts';
import { type Demo, demoScenario } from '../embedded/demo-scenario.ts';
import { type ApiServer, startApiServer } from '../embedded/http/api-server.ts';
import { createClient } from '../kubernetes/client.ts';
import type { Transition } from '../model/observations.ts';
import { renderJson } from '../report/json.ts';
import { renderReportText } from '../report/text.ts';
import type { Logger } from '../telemetry/logger.ts';
import { VERSION } from '../version.ts';
import type { CommandIo } from './io.ts';
import { loggerFor } from './run.ts';
import { textOptions } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface DemoFlags {
  readonly port?: string;
  readonly once?: boolean;
  readonly end?: boolean;
  readonly output?: string;
  readonly writeKubeconfig?: string;
  readonly logLevel?: string;
}

/** The first fight is confirmed within seconds; this long means that something is broken. */
const CONFIRM_WITHIN_MS = 60_000;
/** Long enough to look at the fight before --end ends it. */
const END_AFTER_MS = 15_000;
const RELEASE_MS = 2_500;

/** Resolves to the exit code. @throws UsageError when the port cannot be had or nothing is confirmed */
export async function demo(flags: DemoFlags, io: CommandIo): Promise<number> {
  const output = flags.output ?? (io.stdout.isTTY === true ? 'text' : 'json');
  if (output !== 'text' && output !== 'json')
    throw new UsageError(`--output ${output} is not known: use text or json.`);
  const { port, logLevel } = flags;
  const config = loadConfig({
    env: {},
    flags: {
      host: '127.0.0.1',
      events: 'verdicts',
      ...(port === undefined ? {} : { port }),
      ...(logLevel === undefined ? {} : { logLevel }),
    },
  });
  const logger = loggerFor({ ...config, logFormat: 'text' }, io);
  const releasers = new Releasers();
  try {
    const scene = demoScenario();
    releasers.add('embedded cluster', () => scene.stop());
    const server = await startApiServer({ store: scene.cluster.store, now: scene.now });
    releasers.add('embedded API server', () => server.close());
    if (flags.writeKubeconfig !== undefined) await writeKubeconfig(flags.writeKubeconfig, server.kubeconfig);
    const confirmed = Promise.withResolvers<Transition>();
    const daemon = await startBeside(
      server,
      { ...config, checkpointFile: '' },
      port === undefined,
      logger,
      releasers,
      confirmed.resolve,
    );
    return await (flags.once === true
      ? printOnce(daemon, confirmed.promise, output, io)
      : play(daemon, scene, server, confirmed.promise, flags, logger, io));
  } finally {
    await releasers.releaseAll(RELEASE_MS, logReleaseFailure(logger));
  }
}

async function writeKubeconfig(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { mode: 0o600 });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'it cannot be written';
    throw new UsageError(`--write-kubeconfig ${path} cannot be written (${why}): name a file in a directory of yours.`);
  }
}

async function startBeside(
  server: ApiServer,
  config: Config,
  anyPort: boolean,
  logger: Logger,
  releasers: Releasers,
  onConfirmed: (transition: Transition) => void,
): Promise<Daemon> {
  const client = await createClient({ version: VERSION, server: server.url });
  releasers.add('client', () => client.close());
  const start = (port: number) =>
    startDaemon({
      config: { ...config, port },
      client,
      logger,
      onObservation: (observation) => {
        if (observation.type === 'transition' && observation.transition.to === 'confirmed')
          onConfirmed(observation.transition);
      },
    });
  const daemon = await start(config.port).catch((error: unknown) => {
    // Nobody asked for this port: a free one does as well.
    if (anyPort) return start(0);
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  });
  releasers.add('daemon', () => daemon.stop());
  return daemon;
}

async function printOnce(
  daemon: Daemon,
  confirmed: Promise<Transition>,
  output: 'text' | 'json',
  io: CommandIo,
): Promise<number> {
  const outcome = await Promise.race([confirmed, aborted(io.signal), afterMs(CONFIRM_WITHIN_MS)]);
  if (outcome === 'aborted') return 130;
  if (outcome === 'late')
    throw new UsageError(
      `No conflict was confirmed within ${CONFIRM_WITHIN_MS / 1000} s: the machine may be too busy; try again.`,
    );
  const report = daemon.report();
  io.stdout.write(output === 'json' ? renderJson(report, 2) : renderReportText(report, textOptions(io.stdout, io.env)));
  return 0;
}

async function play(
  daemon: Daemon,
  scene: Demo,
  server: ApiServer,
  confirmed: Promise<Transition>,
  flags: DemoFlags,
  logger: Logger,
  io: CommandIo,
): Promise<number> {
  io.stdout.write(
    `Tugwatch watches an embedded cluster, five times as fast as life. Open ${daemon.address}/ (Ctrl-C ends it)\n`,
  );
  if (flags.writeKubeconfig !== undefined) {
    io.stdout.write(
      `kubectl --kubeconfig ${flags.writeKubeconfig} get deployments -n shop --watch   shows the fight; the commands of a remedy end it.\n`,
    );
  }
  if (flags.end === true) {
    void confirmed.then(async () => {
      await Promise.race([afterMs(END_AFTER_MS), aborted(io.signal)]);
      if (!io.signal.aborted) await endTheFight(daemon, scene, server, logger);
    });
  }
  const ended = await Promise.race([aborted(io.signal), daemon.ended.then(() => 'ended' as const)]);
  return ended === 'aborted' ? 0 : 2;
}

/** Does what the remedy says, with the very patch it prints. */
async function endTheFight(daemon: Daemon, scene: Demo, server: ApiServer, logger: Logger): Promise<void> {
  const conflict = daemon.report().conflicts.find((one) => one.workload.name === 'web');
  const step = conflict?.remedy.steps.find(
    (one) => one.where === 'live' && one.patch !== null && one.target?.kind === 'Application',
  );
  if (step?.target === undefined || step.target === null) {
    scene.endTheFight();
    return;
  }
  const { namespace, name } = step.target;
  logger.info({ event: 'demo' }, `a person does what the remedy says: ${step.commands[0] ?? step.id}`);
  const answer = await fetch(`${server.url}/apis/argoproj.io/v1alpha1/namespaces/${namespace}/applications/${name}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json-patch+json' },
    body: JSON.stringify(step.patch),
  });
  if (!answer.ok) logger.error({ event: 'demo' }, `the patch was refused: ${answer.status} ${await answer.text()}`);
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
}

function afterMs(ms: number): Promise<'late'> {
  return new Promise((resolve) => {
    // It must not keep a process alive that has nothing else to do.
    setTimeout(() => resolve('late'), ms).unref();
  });
}
