/** What the daemon costs beside an estate: memory, start, requests, scrapes and the delay of a verdict. */
import type { Estate } from './estate.ts';
import { EstateServer, runBareClient, startDaemon, type Workshop } from './estate-client.ts';
import { type PeerFigures, startPeer } from './peer.ts';
import { measurePlay, type PlayFigures, type PlayPlan } from './plays.ts';
import { type MemoryUse, pause } from './processes.ts';
import { clearOfRelists } from './relists.ts';
import { median } from './statistics.ts';
import { measureZooms, type Zooms } from './zooms.ts';

export interface EstatePlan {
  readonly estate: Estate;
  /** Starts of daemon and bare client, in turns; events are played to each daemon. */
  readonly startRuns: number;
  /** How long nothing happens before memory is read. */
  readonly idleSeconds: number;
  readonly play: PlayPlan;
}

export interface EstateFigures {
  readonly workloads: number;
  /** Until /readyz says so. */
  readonly readyMs: number;
  readonly startVsBareClient: number;
  /** Until everything is listed. */
  readonly listedMs: number;
  readonly listedVsBareClient: number;
  readonly rssBytes: number;
  readonly peakVsSteady: number;
  /** Resident beyond what an empty cluster takes, by workload. */
  readonly bytesPerWorkload: number;
  readonly watchesPerKind: number;
  readonly requestsWhilePlaying: number;
  readonly zooms: Zooms;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  /** From the proof on the wire to an answer of /metrics, or of the page, that shows it. */
  readonly metricP99Ms: number;
  readonly pageP99Ms: number;
  readonly scrapeMs: number;
  /** What as many bytes take from a server that has nothing to do but send them. */
  readonly scrapeFloorMs: number;
  readonly scrapeCpuMs: number;
  readonly scrapeBytes: number;
  /** Confirmed, of the fights that were played. */
  readonly conflicts: number;
  readonly fightsPlayed: number;
  readonly cpuSecondsToReady: number;
  /** Of one processor, while nothing happens. */
  readonly idleCpuShare: number;
  readonly cpuSecondsWhilePlaying: number;
  readonly peer: PeerFigures | null;
}

/** @throws Error when the daemon does not see what is there, or does not confirm what was played */
export async function measureEstate(shop: Workshop, plan: EstatePlan): Promise<EstateFigures> {
  const { estate, play } = plan;
  await using server = await EstateServer.start(estate.size);
  const starts: Start[] = [];
  const plays: PlayFigures[] = [];
  for (let run = 1; run < plan.startRuns; run += 1) {
    const start = await startBoth(shop, server, estate);
    await using _ = start.daemon.process;
    starts.push(start);
    plays.push(await measurePlay(server, start.daemon, play));
  }
  const last = await startBoth(shop, server, estate);
  await using process = last.daemon.process;
  starts.push(last);
  const cpuSecondsToReady = process.cpuSeconds();
  const beforeIdle = process.cpuSeconds();
  await pause(plan.idleSeconds * 1000);
  const idleCpuShare = (process.cpuSeconds() - beforeIdle) / plan.idleSeconds;
  const steady = process.memory();
  const empty = await emptyDaemon(shop, plan.idleSeconds);
  const { watches } = await server.counts();

  const lastPlay = await measurePlay(server, last.daemon, play);
  plays.push(lastPlay);
  const zooms = await measureZooms(server, lastPlay.verdicts);
  // The same again for it, and not at the same time: two processors are too few for a daemon, its peer, and those who serve and ask.
  await using peer = await startPeer(server.url, estate.size.workloads, plan.idleSeconds);
  const peersBefore = peer?.process.cpuSeconds() ?? 0;
  if (peer !== null) await server.play({ ...play, first: 0, tugs: 0 });
  const peersWhilePlaying = (peer?.process.cpuSeconds() ?? 0) - peersBefore;
  const inStarts = (figure: (start: Start) => number) => median(starts.map(figure));
  const inPlays = (figure: (play: PlayFigures) => number) => median(plays.map(figure));
  return {
    workloads: estate.size.workloads,
    readyMs: inStarts(({ ready }) => ready),
    startVsBareClient: inStarts(({ ready, bare }) => ready / bare),
    listedMs: inStarts(({ listed }) => listed),
    listedVsBareClient: inStarts(({ listed, bare }) => listed / bare),
    rssBytes: steady.rss,
    peakVsSteady: inStarts(({ peak }) => peak) / steady.rss,
    bytesPerWorkload: (steady.rss - empty.rss) / estate.size.workloads,
    watchesPerKind: Math.max(
      ...Object.entries(watches).map(([path, count]) => (path.endsWith('/configmaps') ? count / 2 : count)),
    ),
    requestsWhilePlaying: Math.max(...plays.map(({ requests }) => requests)),
    zooms,
    latencyP50Ms: inPlays(({ logP50Ms }) => logP50Ms),
    latencyP99Ms: inPlays(({ logP99Ms }) => logP99Ms),
    metricP99Ms: inPlays(({ metricP99Ms }) => metricP99Ms),
    pageP99Ms: inPlays(({ pageP99Ms }) => pageP99Ms),
    scrapeMs: inPlays(({ scraped }) => scraped.ms),
    scrapeFloorMs: inPlays(({ scrapeFloorMs }) => scrapeFloorMs),
    scrapeCpuMs: inPlays(({ scraped }) => scraped.cpuMs),
    scrapeBytes: lastPlay.scraped.text.length,
    conflicts: Math.min(...plays.map(({ confirmed }) => confirmed)),
    fightsPlayed: play.fights,
    cpuSecondsToReady,
    idleCpuShare,
    cpuSecondsWhilePlaying: inPlays(({ cpuSeconds }) => cpuSeconds),
    peer: peer === null ? null : await peer.figures(peersWhilePlaying),
  };
}

type Start = Awaited<ReturnType<typeof startBoth>>;

/** A bare client, and then a daemon, which has audited once. */
async function startBoth(shop: Workshop, server: EstateServer, estate: Estate) {
  await clearOfRelists(30);
  const bare = await runBareClient(server.url);
  const expected = estate.kinds.reduce((sum, kind) => sum + kind.count, 0);
  if (bare.objects !== expected) throw new Error(`the bare client saw ${bare.objects} objects of ${expected}`);
  await server.counts();
  const daemon = await startDaemon(shop, server.url);
  const said = await daemon.process.until(
    'it says what it watches',
    () => /^.*"event":"ready".*$/m.exec(daemon.process.stderr)?.[0],
  );
  const { workloads, applications } = JSON.parse(said) as { workloads: number; applications: number };
  if (workloads !== estate.size.workloads || applications !== estate.size.workloads) {
    throw new Error(
      `the daemon watches ${workloads} workloads and ${applications} Applications of ${estate.size.workloads}`,
    );
  }
  const { process } = daemon;
  await process.until('the first audit', () => (process.stderr.includes('"event":"audit"') ? true : undefined));
  const { readyAfterMs, listedAfterMs } = daemon;
  return { bare: bare.ms, ready: readyAfterMs, listed: listedAfterMs, peak: process.memory().peak, daemon };
}

/** What the program itself takes, beside a cluster without a workload. */
async function emptyDaemon(shop: Workshop, idleSeconds: number): Promise<MemoryUse> {
  await using server = await EstateServer.start({ workloads: 0, largeEvery: 0 });
  const { process } = await startDaemon(shop, server.url);
  await using _ = process;
  await pause(Math.min(10, idleSeconds) * 1000);
  return process.memory();
}
