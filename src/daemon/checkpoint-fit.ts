/** Makes a checkpoint small enough for one object of the cluster: what is missed least goes first, and that is said. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { StoredCheckpoint } from './checkpoint-sections.ts';

const compress = promisify(gzip);

/**
 * Bytes of the values of a ConfigMap, at most; the API server refuses 1 MiB and more (kubernetes pkg/apis/core/types.go,
 * MaxSecretSize, which ValidateConfigMap holds them against).
 */
export const MOST_BYTES = 900 * 1024;

interface Cut {
  /** As the log says it. */
  readonly drops: string;
  readonly cut: (checkpoint: StoredCheckpoint) => StoredCheckpoint;
}

/** In the order in which they are missed least. What outlets have delivered is never cut: it would be told twice. */
const CUTS: readonly Cut[] = [
  {
    drops: 'the last writes of fields that nobody fights over',
    cut: (one) => {
      const contested = new Set(one.records.map(({ ref }) => JSON.stringify(ref)));
      return { ...one, tracks: one.tracks.filter(({ ref }) => contested.has(JSON.stringify(ref))) };
    },
  },
  { drops: 'the notices', cut: (one) => ({ ...one, notices: [] }) },
  {
    drops: 'the conflicts that are over',
    cut: (one) => ({ ...one, records: one.records.filter(({ state }) => state !== 'resolved') }),
  },
  { drops: 'the last operations', cut: (one) => ({ ...one, heals: [] }) },
  { drops: 'the last writes of contested fields', cut: (one) => ({ ...one, tracks: [] }) },
  {
    drops: 'the evidence of conflicts',
    cut: (one) => ({ ...one, records: one.records.map((record) => ({ ...record, evidence: [] })) }),
  },
  {
    drops: 'suspicions',
    cut: (one) => ({ ...one, records: one.records.filter(({ state }) => state === 'confirmed') }),
  },
];

export interface FittedCheckpoint {
  /** JSON, gzip. */
  readonly packed: Buffer;
  /** What it goes without; [] when it is whole. */
  readonly dropped: readonly string[];
}

/** @throws Error with a sentence when even the least of it is too large */
export async function fitCheckpoint(checkpoint: StoredCheckpoint, most = MOST_BYTES): Promise<FittedCheckpoint> {
  let current = checkpoint;
  let packed = await pack(current);
  const dropped: string[] = [];
  for (const { drops, cut } of CUTS) {
    if (packed.length <= most) break;
    current = cut(current);
    packed = await pack(current);
    dropped.push(drops);
  }
  if (packed.length > most) throw new Error(`it has ${packed.length} bytes, and ${most} is the most that fits`);
  return { packed, dropped };
}

function pack(checkpoint: StoredCheckpoint): Promise<Buffer> {
  return compress(JSON.stringify(checkpoint));
}
