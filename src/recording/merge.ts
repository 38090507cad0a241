/** Merges the parts of one stream by time. */
import type { ReadLine, RecordingLine } from './format.ts';

interface Part {
  readonly batches: AsyncIterator<readonly RecordingLine[]>;
  batch: readonly RecordingLine[];
  next: number;
}

/**
 * Lines of several sources in order of time. Within one source the order stays as it is; at the same instant versions
 * of one resource go by resourceVersion, anything else in the order in which the sources were given.
 */
export async function* mergeByTime(
  sources: readonly AsyncGenerator<readonly RecordingLine[]>[],
): AsyncGenerator<readonly RecordingLine[]> {
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) {
    yield* only;
    return;
  }
  const parts: Part[] = sources.map((source) => ({ batches: source, batch: [], next: 0 }));
  try {
    await Promise.all(parts.map(refill));
    for (let out = takeReady(parts); out.length > 0; out = takeReady(parts)) {
      yield out;
      await Promise.all(parts.filter((part) => part.next >= part.batch.length).map(refill));
    }
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)));
  }
}

async function refill(part: Part): Promise<void> {
  const { done, value } = await part.batches.next();
  part.batch = done === true ? [] : value;
  part.next = 0;
}

/** Takes lines for as long as it is known which is the earliest: until one part must be read on. */
function takeReady(parts: readonly Part[]): RecordingLine[] {
  const out: RecordingLine[] = [];
  const open = parts.filter((part) => part.next < part.batch.length);
  while (open.length > 0) {
    const part = open.reduce((first, other) => (comesBefore(head(other), head(first)) ? other : first));
    out.push(head(part));
    part.next += 1;
    if (part.next >= part.batch.length) break;
  }
  return out;
}

function head(part: Part): RecordingLine {
  const line = part.batch[part.next];
  if (line === undefined) throw new RangeError('an exhausted part has no head');
  return line;
}

function comesBefore(a: RecordingLine, b: RecordingLine): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.type === 'PASSED' || b.type === 'PASSED' || a.resource !== b.resource) return false;
  return versionOf(a) < versionOf(b);
}

/** Comparable as a number within one resource (KEP-5504); NaN, which is before nothing, where it is not. */
function versionOf(line: ReadLine): number {
  const metadata = line.object['metadata'];
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return Number.NaN;
  const version = metadata['resourceVersion'];
  return typeof version === 'string' && /^\d+$/.test(version) ? Number(version) : Number.NaN;
}
