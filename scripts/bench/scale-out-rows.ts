/** The figures of shards as rows of the table, and as JSON. */
import { megabytes, ratio, round, seconds } from './figures-text.ts';
import type { ScaleOut, Share } from './scale-out.ts';

/** 'what', 'measured', 'goal', 'compared with' */
export function scaleOutRows({ workloads, fightsPlayed, half, shards }: ScaleOut): string[][] {
  const one = `one daemon with ${half.workloads} workloads`;
  const each = (of: (share: Share) => number, show: (value: number) => string) =>
    shards.map(of).map(show).join(' and ');
  return [
    [
      `${shards.length} shards, memory`,
      each(({ rssBytes }) => rssBytes, megabytes),
      '',
      `${workloads} workloads in all; ${one}: ${megabytes(half.rssBytes)}`,
    ],
    ['  resident, a shard', ratio(worst(shards, ({ rssBytes }) => rssBytes) / half.rssBytes), '1.00', one],
    ['  live heap, a shard', ratio(worst(shards, ({ heapBytes }) => heapBytes) / half.heapBytes), '1.00', one],
    [
      '  live heap, a workload',
      `${Math.round(worst(shards, heapOfWorkload))} bytes`,
      '',
      `${one}: ${Math.round(heapOfWorkload(half))} bytes`,
    ],
    [
      '  reads of the first lists',
      each(({ bytesListed }) => bytesListed, megabytes),
      '',
      `every shard reads everything, on ${each(({ watches }) => watches, String)} watches; ${one}: ${megabytes(half.bytesListed)}`,
    ],
    [
      '  reads of events',
      each(({ bytesWatched }) => bytesWatched, megabytes),
      '',
      'of the same events: every shard reads everything',
    ],
    [
      '  start until all is listed',
      ratio(worst(shards, ({ listedMs }) => listedMs) / half.listedMs),
      '',
      `${one}: ${seconds(half.listedMs)}, half as much to read`,
    ],
    [
      '  fights told of',
      each(({ fights }) => fights, String),
      '',
      `of ${fightsPlayed}, each once and by the shard of its namespace`,
    ],
  ];
}

export function scaleOutSummary({ workloads, fightsPlayed, half, shards }: ScaleOut): Record<string, unknown> {
  return {
    workloads,
    fightsPlayed,
    rssVsHalf: round(worst(shards, ({ rssBytes }) => rssBytes) / half.rssBytes),
    heapVsHalf: round(worst(shards, ({ heapBytes }) => heapBytes) / half.heapBytes),
    heapBytesPerWorkload: Math.round(worst(shards, heapOfWorkload)),
    startVsHalf: round(worst(shards, ({ listedMs }) => listedMs) / half.listedMs),
    half,
    shards,
  };
}

function heapOfWorkload({ heapBytes, workloads }: Share): number {
  return heapBytes / workloads;
}

function worst(shards: readonly Share[], of: (share: Share) => number): number {
  return Math.max(...shards.map(of));
}
