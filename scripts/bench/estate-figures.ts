/** What the daemon costs beside an estate: memory, start, requests, scrapes and the delay of a verdict. */
import type { Estate } from './estate.ts';
import { EstateServer, runBareClient, startDaemon, type Workshop } from './estate-client.ts';
import type { Played } from './estate-play.ts';
import { type PeerFigures, startPeer } from './peer.ts';
import { type Measured, type MemoryUse, pause } from './processes.ts';
import { clearOfRelists } from './relists.ts';
import { bytesOf, scrape } from './scrape.ts';
import { median, quantile } from './statistics.ts';
import { measureZooms, type Zooms } from './zooms.ts';

export interface EstatePlan {
  readonly estate: Estate;
  /** Starts of daemon and bare client, in turns. */
  readonly startRuns: number;
  /** How long nothing happens before memory is read. */
  readonly idleSeconds: number;
  readonly play: { readonly seconds: number; readonly rate: number; readonly fights: number };
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

/** Of so many fights one is asked for in `/metrics`, and one on the page: in turns, as who asks for the one seldom meets who asks for the other. */
const SAMPLE_EVERY = 10;
/** Both were asked for before the first fight, as a Prometheus and an open page would have. */
const ASKED_BEFORE = 3;

/** @throws Error when the daemon does not see what is there, or does not confirm what was played */
export async function measureEstate(shop: Workshop, plan: EstatePlan): Promise<EstateFigures> {
  const { estate, play } = plan;
  await using server = await EstateServer.start(estate.size);
  await clearOfRelists(15 * plan.startRuns + plan.idleSeconds);
  const starts: Pick<Awaited<ReturnType<typeof startBoth>>, 'bare' | 'ready' | 'listed'>[] = [];
  for (let run = 1; run < plan.startRuns; run += 1) {
    const start = await startBoth(shop, server, estate);
    await using _ = start.daemon.process;
    starts.push(start);
  }
  const last = await startBoth(shop, server, estate);
  await using process = last.daemon.process;
  const { address } = last.daemon;
  starts.push(last);
  const cpuSecondsToReady = process.cpuSeconds();
  await process.until('the first audit', () => (process.stderr.includes('"event":"audit"') ? true : undefined));
  const atStart = process.memory();
  const beforeIdle = process.cpuSeconds();
  await pause(plan.idleSeconds * 1000);
  const idleCpuShare = (process.cpuSeconds() - beforeIdle) / plan.idleSeconds;
  const steady = process.memory();
  const empty = await emptyDaemon(shop, plan.idleSeconds);
  const { watches } = await server.counts();

  await clearOfRelists(play.seconds + 45);
  const cpuBefore = process.cpuSeconds();
  const verdicts = listenForVerdicts(process);
  const [metrics, page] = [`${address}/metrics`, `${address}/`];
  for (let asked = 0; asked < ASKED_BEFORE; asked += 1) for (const url of [metrics, page]) await bytesOf(url);
  const inMetrics = watchAnswers(process, metrics, 0, (answer, name) => answer.includes(name));
  const onPage = watchAnswers(process, page, SAMPLE_EVERY / 2, (answer, _, many) => fightsOn(answer) >= many);
  const played = await server.play({ ...play, first: 0, tugs: 0 });
  await settled(verdicts, play.fights);
  const cpuSecondsWhilePlaying = process.cpuSeconds() - cpuBefore;
  const asked = await server.counts();
  const delays = delaysOf(verdicts, played);
  const metricDelays = delaysOf(await inMetrics(), played);
  const pageDelays = delaysOf(await onPage(), played);
  const scraped = await scrape(metrics, { process });
  const scrapeFloorMs = await server.bytesMs(scraped.text.length);
  const contested = (scraped.text.match(/^tugwatch_conflict_state\{.*state="confirmed".*\} 1$/gm) ?? []).length;
  if (contested !== verdicts.size || contested < play.fights / 2) {
    throw new Error(`/metrics shows ${contested} conflicts, the log ${verdicts.size}, and ${play.fights} were played`);
  }
  const zooms = await measureZooms(server, verdicts);
  // The same again for it, and not at the same time: two processors are too few for a daemon, its peer, and those who serve and ask.
  await using peer = await startPeer(server.url, estate.size.workloads, plan.idleSeconds);
  const peersBefore = peer?.process.cpuSeconds() ?? 0;
  if (peer !== null) await server.play({ ...play, first: 0, tugs: 0 });
  const peersWhilePlaying = (peer?.process.cpuSeconds() ?? 0) - peersBefore;
  const requests = Object.values({ ...asked.lists, ...asked.zooms, ...asked.gets }).reduce(
    (sum, count) => sum + count,
    0,
  );
  return {
    workloads: estate.size.workloads,
    readyMs: median(starts.map(({ ready }) => ready)),
    startVsBareClient: median(starts.map(({ ready, bare }) => ready / bare)),
    listedMs: median(starts.map(({ listed }) => listed)),
    listedVsBareClient: median(starts.map(({ listed, bare }) => listed / bare)),
    rssBytes: steady.rss,
    peakVsSteady: atStart.peak / steady.rss,
    bytesPerWorkload: (steady.rss - empty.rss) / estate.size.workloads,
    watchesPerKind: Math.max(
      ...Object.entries(watches).map(([path, count]) => (path.endsWith('/configmaps') ? count / 2 : count)),
    ),
    requestsWhilePlaying: requests,
    zooms,
    latencyP50Ms: quantile(delays, 0.5),
    latencyP99Ms: quantile(delays, 0.99),
    metricP99Ms: quantile(metricDelays, 0.99),
    pageP99Ms: quantile(pageDelays, 0.99),
    scrapeMs: scraped.ms,
    scrapeFloorMs,
    scrapeCpuMs: scraped.cpuMs,
    scrapeBytes: scraped.text.length,
    conflicts: contested,
    fightsPlayed: play.fights,
    cpuSecondsToReady,
    idleCpuShare,
    cpuSecondsWhilePlaying,
    peer: peer === null ? null : await peer.figures(peersWhilePlaying),
  };
}

async function startBoth(shop: Workshop, server: EstateServer, estate: Estate) {
  const bare = await runBareClient(server.url);
  const expected = estate.kinds.reduce((sum, kind) => sum + kind.count, 0);
  if (bare.objects !== expected) throw new Error(`the bare client saw ${bare.objects} objects of ${expected}`);
  await server.counts();
  const daemon = await startDaemon(shop, server.url);
  const ready = await daemon.process.until(
    'it says what it watches',
    () => /^.*"event":"ready".*$/m.exec(daemon.process.stderr)?.[0],
  );
  const { workloads, applications } = JSON.parse(ready) as { workloads: number; applications: number };
  if (workloads !== estate.size.workloads || applications !== estate.size.workloads) {
    throw new Error(
      `the daemon watches ${workloads} workloads and ${applications} Applications of ${estate.size.workloads}`,
    );
  }
  return { bare: bare.ms, ready: daemon.readyAfterMs, listed: daemon.listedAfterMs, daemon };
}

/** What the program itself takes, beside a cluster without a workload. */
async function emptyDaemon(shop: Workshop, idleSeconds: number): Promise<MemoryUse> {
  await using server = await EstateServer.start({ workloads: 0, largeEvery: 0 });
  const { process } = await startDaemon(shop, server.url);
  await using _ = process;
  await pause(Math.min(10, idleSeconds) * 1000);
  return process.memory();
}

/** Resolves when all are confirmed, or no other one has been for a while: a machine that lags mixes up the streams. */
async function settled(verdicts: ReadonlyMap<string, number>, expected: number): Promise<void> {
  for (let known = -1; verdicts.size < expected && verdicts.size > known; await pause(10_000)) known = verdicts.size;
}

/** When the log said that the fight over a workload is confirmed, by name. */
function listenForVerdicts(daemon: Measured): ReadonlyMap<string, number> {
  const verdicts = new Map<string, number>();
  daemon.onErrorLine((line, at) => {
    if (!line.includes('"event":"conflict-confirmed"')) return;
    const { workload } = JSON.parse(line) as { workload: string };
    verdicts.set(workload.slice(workload.lastIndexOf('/') + 1), at);
  });
  return verdicts;
}

/**
 * Of every tenth fight, the first of them after `turn`: asks when the log tells of it, again and again until the answer shows the
 * workload, or as many fights as are `confirmed`. One question at a time. Resolves to when each was shown, by name.
 */
function watchAnswers(
  daemon: Measured,
  url: string,
  turn: number,
  shows: (answer: Buffer, name: string, confirmed: number) => boolean,
): () => Promise<ReadonlyMap<string, number>> {
  const shown = new Map<string, number>();
  let confirmed = 0;
  let asking: Promise<void> = Promise.resolve();
  daemon.onErrorLine((line) => {
    if (!line.includes('"event":"conflict-confirmed"')) return;
    confirmed += 1;
    const count = confirmed;
    if (count % SAMPLE_EVERY !== turn) return;
    const { workload } = JSON.parse(line) as { workload: string };
    const name = workload.slice(workload.lastIndexOf('/') + 1);
    asking = asking.then(async () => {
      for (let tries = 0; tries < 100; tries += 1) {
        if (shows(await bytesOf(url), name, count)) {
          shown.set(name, performance.timeOrigin + performance.now());
          return;
        }
      }
    });
  });
  return () => asking.then(() => shown);
}

/** What the headline of the page says: of hundreds it names the first ones and counts all. */
function fightsOn(page: Buffer): number {
  const head = page.toString('latin1', 0, page.indexOf('</title>'));
  return Number(/<title>([\d,]+) fights? now/.exec(head)?.[1]?.replaceAll(',', '') ?? 0);
}

/** Milliseconds from the proof to what is told here. */
function delaysOf(told: ReadonlyMap<string, number>, { proofs }: Played): number[] {
  return [...told].map(([name, at]) => at - (proofs[name] ?? Number.NaN));
}
