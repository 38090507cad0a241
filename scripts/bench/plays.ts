/** Events of an estate and hundreds of fights among them: how soon the daemon tells of each, in its log, in /metrics and on its page. */
import { type EstateServer, onConfirmed, type RunningDaemon } from './estate-client.ts';
import type { Played } from './estate-play.ts';
import { type Measured, pause } from './processes.ts';
import { clearOfRelists } from './relists.ts';
import { bytesOf, type Scraped, scrape } from './scrape.ts';
import { quantile } from './statistics.ts';

export interface PlayPlan {
  readonly seconds: number;
  /** Events a second. */
  readonly rate: number;
  readonly fights: number;
}

export interface PlayFigures {
  readonly logP50Ms: number;
  readonly logP99Ms: number;
  /** From the proof on the wire to an answer of /metrics, or of the page, that shows it. */
  readonly metricP99Ms: number;
  readonly pageP99Ms: number;
  /** With all fights open. */
  readonly scraped: Scraped;
  /** What as many bytes take from a server that has nothing to do but send them. */
  readonly scrapeFloorMs: number;
  /** When the log told of each fight, by name: also of those that begin later. */
  readonly verdicts: ReadonlyMap<string, number>;
  readonly confirmed: number;
  /** Of the daemon, while events came. */
  readonly requests: number;
  readonly cpuSeconds: number;
}

/** Of so many fights one is asked for in `/metrics`, and one on the page: in turns, as who asks for the one seldom meets who asks for the other. */
const SAMPLE_EVERY = 10;
/** Both were asked for before the first fight, as a Prometheus and an open page would have. */
const ASKED_BEFORE = 3;

/** @throws Error when fewer than half of the fights are confirmed, or /metrics shows others than the log */
export async function measurePlay(
  server: EstateServer,
  { process, address }: RunningDaemon,
  plan: PlayPlan,
): Promise<PlayFigures> {
  await clearOfRelists(plan.seconds + 45);
  const [metrics, page] = [`${address}/metrics`, `${address}/`];
  for (let asked = 0; asked < ASKED_BEFORE; asked += 1) for (const url of [metrics, page]) await bytesOf(url);
  await server.counts();
  const before = process.cpuSeconds();
  const verdicts = listenForVerdicts(process);
  const inMetrics = watchAnswers(process, metrics, 0, (answer, name) => answer.includes(name));
  const onPage = watchAnswers(process, page, SAMPLE_EVERY / 2, (answer, _, many) => fightsOn(answer) >= many);
  const played = await server.play({ ...plan, first: 0, tugs: 0 });
  await settled(verdicts, plan.fights);
  const cpuSeconds = process.cpuSeconds() - before;
  const { lists, zooms, gets } = await server.counts();
  const delays = delaysOf(verdicts, played);
  const metricDelays = delaysOf(await inMetrics(), played);
  const pageDelays = delaysOf(await onPage(), played);
  const scraped = await scrape(metrics, { process });
  const contested = (scraped.text.match(/^tugwatch_conflict_state\{.*state="confirmed".*\} 1$/gm) ?? []).length;
  if (contested !== verdicts.size || contested < plan.fights / 2) {
    throw new Error(`/metrics shows ${contested} conflicts, the log ${verdicts.size}, and ${plan.fights} were played`);
  }
  return {
    logP50Ms: quantile(delays, 0.5),
    logP99Ms: quantile(delays, 0.99),
    metricP99Ms: quantile(metricDelays, 0.99),
    pageP99Ms: quantile(pageDelays, 0.99),
    scraped,
    scrapeFloorMs: await server.bytesMs(scraped.text.length),
    verdicts,
    confirmed: contested,
    requests: Object.values({ ...lists, ...zooms, ...gets }).reduce((sum, count) => sum + count, 0),
    cpuSeconds,
  };
}

/** Resolves when all are confirmed, or no other one has been for a while: a machine that lags mixes up the streams. */
async function settled(verdicts: ReadonlyMap<string, number>, expected: number): Promise<void> {
  for (let known = -1; verdicts.size < expected && verdicts.size > known; await pause(10_000)) known = verdicts.size;
}

/** When the log said that the fight over a workload is confirmed, by name. */
function listenForVerdicts(daemon: Measured): ReadonlyMap<string, number> {
  const verdicts = new Map<string, number>();
  onConfirmed(daemon, (name, at) => verdicts.set(name, at));
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
  onConfirmed(daemon, (name) => {
    confirmed += 1;
    const count = confirmed;
    if (count % SAMPLE_EVERY !== turn) return;
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
