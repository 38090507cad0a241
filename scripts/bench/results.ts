/** The figures of one run: as rows of the table, and as the JSON that programs read. */
import type { EstateFigures } from './estate-figures.ts';
import { megabytes, milliseconds, ratio, round, seconds } from './figures-text.ts';
import type { Growth } from './growth.ts';
import type { Starts } from './starts.ts';
import type { Throughput } from './throughput.ts';

export interface Results {
  readonly throughput: Throughput;
  readonly starts: Starts;
  readonly growth: Growth;
  readonly estate: EstateFigures;
  /** What was replayed. */
  readonly recordings: readonly string[];
}

/** kube-state-metrics 2.20 on a real API server with 10,000 Deployments, 23,200 ReplicaSets and 5,000 HPAs. */
export const QUOTED = { rssBytes: 478e6, workloads: 10_000 };

/** 'what', 'measured', 'goal', 'compared with' */
export function rowsOf(results: Results): string[][] {
  const { throughput, starts, growth, estate } = results;
  const { peer } = estate;
  const rows = [
    [
      'wire to verdicts',
      `${ratio(throughput.vsJsonParse)} (${Math.round(throughput.linesPerSecond / 1000)},000 lines/s)`,
      '>= 0.80',
      `JSON.parse of the same ${throughput.lines} lines, ${megabytes(throughput.bytes)}`,
    ],
    ['  without the pods', ratio(throughput.vsJsonParseOfWatched), '', 'JSON.parse of the lines of watched kinds only'],
    [
      'memory, steady',
      megabytes(estate.rssBytes),
      '',
      `${estate.workloads} Deployments and Applications, ${2 * estate.workloads} ReplicaSets`,
    ],
    peer === null
      ? [
          '  of kube-state-metrics',
          ratio(vsQuoted(estate)),
          '<= 0.40',
          `figures from elsewhere, ${megabytes(QUOTED.rssBytes)}: none on PATH here`,
        ]
      : [
          '  of kube-state-metrics',
          ratio(estate.rssBytes / peer.rssBytes),
          '<= 0.40',
          `${megabytes(peer.rssBytes)} on the same server`,
        ],
    ['  peak of the first list', ratio(estate.peakVsSteady), '<= 1.30', 'the steady state'],
    [
      'facts, an object',
      `${Math.round(growth.bytesPerObject)} bytes`,
      '<= 1024',
      'in the heap; Deployments, ReplicaSets, HPAs, Applications',
    ],
    [
      '  a workload',
      `${Math.round(growth.bytesPerWorkload)} bytes`,
      '',
      'with its Application, two ReplicaSets, half an HPA',
    ],
    ['  at four times the size', ratio(growth.linearity), '1.00', 'a workload at the smaller size'],
    ['  a fifth at 1 MB', ratio(growth.withLargeApplications), '1.00', 'no Application larger than 6 KB'],
    ['  after 20 writes of each', ratio(growth.afterWrites), '', 'just listed'],
    ['  after 20 more', ratio(growth.afterUptime), '1.00', 'after 20: independent of uptime'],
    [
      'start to /readyz',
      `${ratio(estate.startVsBareClient)} (${seconds(estate.readyMs)})`,
      '<= 1.25',
      'bare pages and JSON.parse of all lists',
    ],
    [
      '  until all is listed',
      `${ratio(estate.listedVsBareClient)} (${seconds(estate.listedMs)})`,
      '',
      'the same; /readyz does not wait for Applications, verdicts do',
    ],
    ['tugwatch --help', ratio(starts.helpVsBareNode), '<= 2.00', `node -e 0 (${Math.round(starts.bareNodeMs)} ms)`],
    ['tugwatch replay of a small file', ratio(starts.replayVsBareNode), '', 'node -e 0'],
    [
      'scrape of /metrics',
      `${estate.scrapeMs.toFixed(1)} ms, ${estate.scrapeCpuMs.toFixed(1)} ms of CPU`,
      '<= 10 ms',
      `${estate.conflicts} conflicts, ${megabytes(estate.scrapeBytes)}, which take ${milliseconds(estate.scrapeFloorMs)} to send`,
    ],
    ['watches a kind', String(estate.watchesPerKind), '1', 'counted by the server'],
    [
      'requests while events came',
      String(estate.requestsWhilePlaying),
      '0',
      `${estate.conflicts} of ${estate.fightsPlayed} fights confirmed meanwhile`,
    ],
    [
      'GETs a suspicion',
      ratio(estate.zooms.getsPerSuspicion),
      '<= 1',
      `counted by the server; ${estate.zooms.confirmed} of ${estate.zooms.played} fights over templates, ${ratio(estate.zooms.watchesPerSuspicion)} watches each`,
    ],
    [
      'wire to log',
      `p50 ${milliseconds(estate.latencyP50Ms)}, p99 ${milliseconds(estate.latencyP99Ms)}`,
      '<= 50 ms',
      '2000 events/s',
    ],
    ['wire to /metrics', `p99 ${milliseconds(estate.metricP99Ms)}`, '<= 50 ms', 'asked for when the log told of it'],
    ['wire to page', `p99 ${milliseconds(estate.pageP99Ms)}`, '<= 50 ms', 'asked for when the log told of it'],
    [
      'CPU to ready',
      seconds(estate.cpuSecondsToReady * 1000),
      '',
      peer === null ? '' : `kube-state-metrics: ${seconds(peer.cpuSecondsToReady * 1000)}`,
    ],
    ['CPU while nothing happens', `${(100 * estate.idleCpuShare).toFixed(1)} %`, '', 'of one processor'],
    [
      'CPU while events came',
      seconds(estate.cpuSecondsWhilePlaying * 1000),
      '',
      peer === null ? '' : `kube-state-metrics: ${seconds(peer.cpuSecondsWhilePlaying * 1000)}, without Applications`,
    ],
  ];
  if (peer !== null) {
    rows.push([
      'kube-state-metrics, a scrape',
      `${milliseconds(peer.scrapeMs)}, ${megabytes(peer.scrapeBytes)}`,
      '',
      'what Prometheus would fetch for the rules of docs/score.md',
    ]);
  }
  return rows;
}

/** The last line of `--json`. */
export function summaryOf({ throughput, starts, growth, estate, recordings }: Results): Record<string, unknown> {
  const { peer } = estate;
  return {
    throughputVsJsonParse: round(throughput.vsJsonParse),
    memoryVsKubeStateMetrics: peer === null ? null : round(estate.rssBytes / peer.rssBytes),
    memoryVsKubeStateMetricsQuoted: vsQuotedOrNull(estate),
    startVsBareClient: round(estate.startVsBareClient),
    listedVsBareClient: round(estate.listedVsBareClient),
    latencyP99Ms: round(estate.latencyP99Ms),
    metricLatencyP99Ms: round(estate.metricP99Ms),
    pageLatencyP99Ms: round(estate.pageP99Ms),
    throughputVsJsonParseOfWatched: round(throughput.vsJsonParseOfWatched),
    linesPerSecond: Math.round(throughput.linesPerSecond),
    workloads: estate.workloads,
    rssBytes: estate.rssBytes,
    peakVsSteady: round(estate.peakVsSteady),
    bytesPerWorkload: Math.round(growth.bytesPerWorkload),
    bytesPerObject: Math.round(growth.bytesPerObject),
    growthLinearity: round(growth.linearity),
    growthWithLargeApplications: round(growth.withLargeApplications),
    growthAfterWrites: round(growth.afterWrites),
    growthAfterUptime: round(growth.afterUptime),
    rssBytesPerWorkload: Math.round(estate.bytesPerWorkload),
    readyMs: Math.round(estate.readyMs),
    listedMs: Math.round(estate.listedMs),
    helpVsBareNode: round(starts.helpVsBareNode),
    replayVsBareNode: round(starts.replayVsBareNode),
    conflictsConfirmed: estate.conflicts,
    fightsPlayed: estate.fightsPlayed,
    scrapeMs: round(estate.scrapeMs),
    scrapeFloorMs: round(estate.scrapeFloorMs),
    scrapeCpuMs: round(estate.scrapeCpuMs),
    scrapeBytes: estate.scrapeBytes,
    watchesPerKind: estate.watchesPerKind,
    requestsWhilePlaying: estate.requestsWhilePlaying,
    zoomsPerSuspicion: round(estate.zooms.getsPerSuspicion),
    idleCpuShare: round(estate.idleCpuShare),
    cpuSecondsWhilePlaying: round(estate.cpuSecondsWhilePlaying),
    peer,
    recordings: recordings.length,
  };
}

function vsQuoted(estate: EstateFigures): number {
  return estate.rssBytes / QUOTED.rssBytes;
}

/** null at another size than the quoted one. */
function vsQuotedOrNull(estate: EstateFigures): number | null {
  return estate.workloads === QUOTED.workloads ? round(vsQuoted(estate)) : null;
}
