/** kube-state-metrics, where it is on PATH: the same server, the same events, the kinds that Tugwatch needs of it. */
import { createServer } from 'node:net';
import { Measured, onPath, pause } from './processes.ts';
import { scrape } from './scrape.ts';

export interface PeerFigures {
  readonly rssBytes: number;
  readonly readyMs: number;
  readonly scrapeMs: number;
  readonly scrapeBytes: number;
  readonly cpuSecondsToReady: number;
  readonly cpuSecondsWhilePlaying: number;
}

export interface Peer extends AsyncDisposable {
  readonly process: Measured;
  figures(cpuSecondsWhilePlaying: number): Promise<PeerFigures>;
}

const PROGRAM = 'kube-state-metrics';
const RESOURCES = 'deployments,replicasets,horizontalpodautoscalers';

/** Started, and past its lists for as long as ours was idle; null where it is not on PATH. */
export async function startPeer(server: string, deployments: number, idleSeconds: number): Promise<Peer | null> {
  const program = onPath(PROGRAM);
  if (program === null) return null;
  const [port, own] = await freePorts(2);
  const process = new Measured(program, [
    `--apiserver=${server}`,
    `--resources=${RESOURCES}`,
    '--host=127.0.0.1',
    `--port=${port}`,
    '--telemetry-host=127.0.0.1',
    `--telemetry-port=${own}`,
  ]);
  const url = `http://127.0.0.1:${port}/metrics`;
  // Ready when all are in its answer: its own probe says less.
  await process.until(
    'kube-state-metrics shows every Deployment',
    async () => {
      const text = await fetch(url).then(
        (answer) => answer.text(),
        () => '',
      );
      return (text.match(/^kube_deployment_spec_replicas\{/gm) ?? []).length >= deployments ? true : undefined;
    },
    { withinMs: 180_000 },
  );
  const readyMs = performance.now() - process.startedAt;
  const cpuSecondsToReady = process.cpuSeconds();
  await pause(idleSeconds * 1000);
  const { rss } = process.memory();
  return {
    process,
    figures: async (cpuSecondsWhilePlaying) => {
      const scraped = await scrape(url, { process });
      return {
        rssBytes: rss,
        readyMs,
        scrapeMs: scraped.ms,
        scrapeBytes: scraped.text.length,
        cpuSecondsToReady,
        cpuSecondsWhilePlaying,
      };
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

/** Ports that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  return Promise.all(
    servers.map((server) => {
      const address = server.address();
      return new Promise<number>((resolve) =>
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0)),
      );
    }),
  );
}
