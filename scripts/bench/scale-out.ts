/**
 * Two daemons that share the namespaces of one estate (--shard 0/2 and 1/2), against one daemon with half the estate: what
 * each holds, reads and takes, and that together they see and tell of everything exactly once.
 */

import { shardOf } from '../../src/model/shard.ts';
import type { Report } from '../../src/report/schema.ts';
import { Estate, nameOf } from './estate.ts';
import { EstateServer, onConfirmed, type RunningDaemon, startDaemon, type Workshop } from './estate-client.ts';
import { INSPECTABLE, liveHeapOf } from './live-heap.ts';
import { pause } from './processes.ts';
import { clearOfRelists } from './relists.ts';

export interface ScaleOutPlan {
  /** Of the whole estate. */
  readonly workloads: number;
  readonly largeEvery: number;
  readonly idleSeconds: number;
  readonly fights: number;
}

export interface Share {
  readonly workloads: number;
  readonly rssBytes: number;
  /** What lives after a full collection. */
  readonly heapBytes: number;
  /** From the start of the process until the server had sent it the last of all lists. */
  readonly listedMs: number;
  readonly watches: number;
  /** Sent by the server until all was listed, and while the fights were played. */
  readonly bytesListed: number;
  readonly bytesWatched: number;
  /** Fights that it told of. */
  readonly fights: number;
}

export interface ScaleOut {
  readonly workloads: number;
  readonly fightsPlayed: number;
  /** One daemon with half the estate. */
  readonly half: Share;
  /** In the order of their index. */
  readonly shards: readonly Share[];
}

interface Watching {
  readonly daemon: RunningDaemon;
  readonly name: string;
  readonly told: ReadonlyMap<string, number>;
  readonly share: Omit<Share, 'bytesWatched' | 'fights' | 'heapBytes'>;
}

interface Reported {
  readonly watched: NonNullable<Report['watched']>;
  readonly risks: Report['risks'];
}

const SHARDS = 2;
const TOLD_WITHIN_MS = 30_000;
const LISTED_WITHIN_MS = 300_000;

/** @throws Error when an object is seen by none or by two, or a fight is told of by another than the one whose it is */
export async function measureScaleOut(shop: Workshop, plan: ScaleOutPlan): Promise<ScaleOut> {
  const workshop = { ...shop, nodeFlags: [...shop.nodeFlags, INSPECTABLE] };
  const half = await measureHalf(workshop, plan);
  const estate = new Estate({ workloads: plan.workloads, largeEvery: plan.largeEvery });
  await using server = await EstateServer.start(estate.size);
  const expected = { applications: plan.workloads, idleSeconds: plan.idleSeconds };
  // One after the other: they would wait for the same server, and a start is compared with that of one daemon.
  const first = await watch(workshop, server, `0/${SHARDS}`, expected);
  await using _first = first.daemon.process;
  const second = await watch(workshop, server, `1/${SHARDS}`, expected);
  await using _second = second.daemon.process;
  const both = [first, second];
  for (const [index, one] of both.entries()) await verifyShare(one, index, estate);

  const names = estate.openWorkloads().slice(0, plan.fights);
  // What each asked until now was not for the events.
  for (const { name } of both) await server.counts(name);
  await server.play({ seconds: 10, rate: 500, fights: plan.fights, first: 0, tugs: 0 });
  await untilTold(both, names.length);
  verifyFights(both, names);
  const shards: Share[] = [];
  for (const { name, share, told, daemon } of both) {
    const { bytes } = await server.counts(name);
    shards.push({ ...share, bytesWatched: bytes, fights: told.size, heapBytes: await liveHeapOf(daemon.process) });
  }
  return { workloads: plan.workloads, fightsPlayed: names.length, half, shards };
}

async function measureHalf(
  shop: Workshop,
  { workloads, largeEvery, idleSeconds, fights }: ScaleOutPlan,
): Promise<Share> {
  const estate = new Estate({ workloads: workloads / SHARDS, largeEvery });
  await using server = await EstateServer.start(estate.size);
  const one = await watch(shop, server, '', { applications: estate.size.workloads, idleSeconds });
  await using process = one.daemon.process;
  const names = estate.openWorkloads().slice(0, fights / SHARDS);
  await server.counts(one.name);
  await server.play({ seconds: 10, rate: 500, fights: names.length, first: 0, tugs: 0 });
  await untilTold([one], names.length);
  verifyFights([one], names);
  const { bytes } = await server.counts(one.name);
  return { ...one.share, bytesWatched: bytes, fights: one.told.size, heapBytes: await liveHeapOf(process) };
}

/** A daemon that has listed and rested. `shard` '' is everything. */
async function watch(
  shop: Workshop,
  server: EstateServer,
  shard: string,
  { applications, idleSeconds }: { applications: number; idleSeconds: number },
): Promise<Watching> {
  const name = shard === '' ? 'whole' : `shard-${shard.replace('/', '-of-')}`;
  await clearOfRelists(90);
  const daemon = await startDaemon(shop, server.url, shard === '' ? [] : ['--shard', shard], name, LISTED_WITHIN_MS);
  const { process } = daemon;
  const told = new Map<string, number>();
  onConfirmed(process, (of) => told.set(of, (told.get(of) ?? 0) + 1));
  const audited = () => (process.stderr.includes('"event":"audit"') ? true : undefined);
  await process.until('the first audit', audited, { withinMs: LISTED_WITHIN_MS });
  // Of lists that take very long the first audit does not wait for the end: the one that counts has seen them all.
  let seenAt: number | null = null;
  const workloads = await process.until(
    'it has seen and audited every Application',
    async () => {
      const { watched } = await reportOf(daemon);
      if (watched.applications === applications) seenAt ??= Date.now();
      if (seenAt !== null && Date.parse(watched.auditedAt ?? '') >= seenAt) return watched.workloads;
      await pause(1_000);
      return undefined;
    },
    { withinMs: LISTED_WITHIN_MS },
  );
  const { watches, bytes, listedAt } = await server.counts(name);
  await pause(idleSeconds * 1000);
  const share = {
    workloads,
    rssBytes: process.memory().rss,
    listedMs: listedAt - (performance.timeOrigin + process.startedAt),
    watches: Object.values(watches).reduce((sum, count) => sum + count, 0),
    bytesListed: bytes,
  };
  return { daemon, name, told, share };
}

async function reportOf({ address }: RunningDaemon): Promise<Reported> {
  const { watched, risks } = (await (await fetch(`${address}/api/v1/report`)).json()) as Report;
  if (watched === undefined) throw new Error(`${address}/api/v1/report does not say what is watched`);
  return { watched, risks };
}

/** It holds exactly the workloads and HPAs of its namespaces, every Application, and tells of the risks of its own. */
async function verifyShare({ daemon }: Watching, index: number, estate: Estate): Promise<void> {
  const isOwn = (name: string) => shardOf(name, SHARDS) === index;
  const names = Array.from({ length: estate.size.workloads }, (_, workload) => nameOf(workload));
  const { watched, risks } = await reportOf(daemon);
  const expected = {
    workloads: names.filter(isOwn).length,
    applications: names.length,
    autoscalers: names.filter((name, workload) => workload % 2 === 0 && isOwn(name)).length,
  };
  for (const [what, count] of Object.entries(expected)) {
    const seen = watched[what as keyof typeof expected];
    if (seen !== count) throw new Error(`shard ${index}/${SHARDS} holds ${seen} ${what} and should hold ${count}`);
  }
  const atRisk = risks.filter(({ rule }) => rule === 'TW101').map(({ workload }) => workload.name);
  const open = estate.openWorkloads().filter(isOwn);
  if (atRisk.toSorted().join() !== open.toSorted().join())
    throw new Error(
      `shard ${index}/${SHARDS} tells of ${atRisk.length} risks of type TW101 and should of ${open.length}`,
    );
}

async function untilTold(watching: readonly Watching[], fights: number): Promise<void> {
  const told = () => watching.reduce((sum, one) => sum + one.told.size, 0);
  for (let waited = 0; told() < fights && waited < TOLD_WITHIN_MS; waited += 100) await pause(100);
}

/** Each fight is told of once, by the one that holds its namespace. */
function verifyFights(watching: readonly Watching[], names: readonly string[]): void {
  for (const name of names) {
    const counts = watching.map(({ told }) => told.get(name) ?? 0);
    const owner = watching.length === 1 ? 0 : shardOf(name, watching.length);
    if (counts.some((count, index) => count !== (index === owner ? 1 : 0)))
      throw new Error(
        `the fight over ${name} was told of ${counts.join(' and ')} times, and is that of number ${owner}`,
      );
  }
}
