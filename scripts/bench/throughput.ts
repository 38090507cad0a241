/**
 * From the bytes of the wire to updated verdicts, against bare JSON.parse of the same lines: the very path that
 * `tugwatch replay` takes, over bytes that are in memory, in chunks as a socket would bring them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { replayFiles } from '../../src/commands/replay.ts';
import type { Report } from '../../src/report/schema.ts';
import { compareReport } from '../score/compare.ts';
import { readExpectations } from '../score/expectation.ts';
import { Estate } from './estate.ts';
import { median } from './statistics.ts';

/** One recording, unpacked. */
export interface Part {
  readonly name: string;
  readonly bytes: Buffer;
  /** What is wrong with its report; empty when it is as expected. */
  readonly faultsOf: (report: Report) => readonly string[];
}

export interface Throughput {
  readonly lines: number;
  readonly bytes: number;
  /** Ours in lines a second. */
  readonly linesPerSecond: number;
  /** Ours over JSON.parse of every line. */
  readonly vsJsonParse: number;
  /** Ours over JSON.parse of the lines that a watch of ours would have brought: without pods. */
  readonly vsJsonParseOfWatched: number;
}

/** Rounds before anything counts. JSON.parse is compiled already, a daemon that runs for months as well, and this process is not. */
const WARM_UP = 3;
const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;
const PODS = '"resource":"pods"';
const HEAD_BYTES = 160;

/** The recordings of a folder with their expectations; where there are none, fights made of the excerpt. */
export function readParts(folder: string, leaveOut: readonly string[] = []): Part[] {
  if (!existsSync(join(folder, 'expected.json'))) return [madePart(500)];
  return [...readExpectations(folder)]
    .filter(([name]) => !leaveOut.includes(name))
    .map(([name, expectation]) => ({
      name,
      bytes: gunzipSync(readFileSync(join(folder, `${name}.ndjson.gz`))),
      faultsOf: (report) => compareReport(report, expectation).faults,
    }));
}

/** Every workload fights once, one after the other. */
function madePart(fights: number): Part {
  const estate = new Estate({ workloads: fights * 20, largeEvery: 0 });
  const names = estate.openWorkloads();
  const lines: string[] = [];
  const began = Date.UTC(2026, 0, 1);
  const add = (at: number, path: string, type: string, object: string) => {
    const [, version = '', resource = ''] = /^\/apis?\/(.*)\/([^/]+)$/.exec(path) ?? [];
    const head = `"at":"${new Date(at).toISOString()}","apiVersion":"${version}","resource":"${resource}"`;
    lines.push(`{${head},"type":"${type}","object":${object}}`);
  };
  for (const { path, apiVersion, kind, count, item } of estate.kinds) {
    for (let index = 0; index < count; index += 1) {
      add(began, path, 'ADDED', `{"apiVersion":"${apiVersion}","kind":"${kind}",${item(index).slice(1)}`);
    }
    add(began, path, 'SYNCED', '{}');
  }
  for (const [order, name] of names.entries()) {
    for (const [index, step] of estate.fight.entries()) {
      const { object } = JSON.parse(step.text(name, 2_000_000 + index)) as { object: unknown };
      add(began + order * 2_000 + step.afterMs, step.path, 'MODIFIED', JSON.stringify(object));
    }
  }
  const faultsOf = ({ conflicts }: Report) =>
    conflicts.length === names.length ? [] : [`${conflicts.length} conflicts instead of ${names.length}`];
  return { name: 'made', bytes: Buffer.from(`${lines.join('\n')}\n`), faultsOf };
}

/** @throws Error when a verdict is not as expected: what is wrong is not timed */
export async function measureThroughput(parts: readonly Part[], runs: number): Promise<Throughput> {
  for (const part of parts) {
    const faults = part.faultsOf(await replayOf(part.bytes));
    if (faults.length > 0) throw new Error(`${part.name}: ${faults.join('; ')}`);
  }
  const rounds: { parse: number; watched: number; ours: number }[] = [];
  for (let run = -WARM_UP; run < runs; run += 1) {
    const round = { parse: 0, watched: 0, ours: 0 };
    // Part by part, one after the other: what else the machine does in the meantime meets all three alike.
    for (const { bytes } of parts) {
      round.parse += await timed(() => parseLines(bytes, false));
      round.ours += await timed(() => replayOf(bytes));
      round.watched += await timed(() => parseLines(bytes, true));
    }
    if (run >= 0) rounds.push(round);
  }
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  const lines = parts.reduce((sum, part) => sum + parseLines(part.bytes, false), 0);
  return {
    lines,
    bytes,
    linesPerSecond: lines / (median(rounds.map(({ ours }) => ours)) / 1000),
    vsJsonParse: median(rounds.map(({ parse, ours }) => parse / ours)),
    vsJsonParseOfWatched: median(rounds.map(({ watched, ours }) => watched / ours)),
  };
}

async function replayOf(bytes: Buffer): Promise<Report> {
  const { report } = await replayFiles(['-'], { stdin: chunksOf(bytes) });
  return report;
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

/** JSON.parse of every line, and nothing else; returns how many. */
function parseLines(bytes: Buffer, watchedOnly: boolean): number {
  let lines = 0;
  let start = 0;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    if (!watchedOnly || !bytes.toString('latin1', start, start + HEAD_BYTES).includes(PODS)) {
      JSON.parse(bytes.toString('utf8', start, end));
      lines += 1;
    }
    start = end + 1;
  }
  return lines;
}

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
