/**
 * What the facts take in the heap, whatever else the machine does: estates of several sizes through decoder, projections,
 * model and detector in this process, measured after everything that is garbage was collected.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DECODER } from '../../src/kubernetes/decode/decoder.ts';
import { shapeOf } from '../../src/kubernetes/decode/shapes.ts';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { project } from '../../src/kubernetes/projections/project.ts';
import type { Json } from '../../src/model/facts.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Estate, type EstateSize, withVersion } from './estate.ts';

export interface Growth {
  /** A Deployment with its Application, two ReplicaSets and half an HPA, in the larger estate. */
  readonly bytesPerWorkload: number;
  /** Any one of these objects. */
  readonly bytesPerObject: number;
  /** Bytes a workload at four times the size, over those at the smaller one: 1 is linear. */
  readonly linearity: number;
  /** The same estate with every fifth Application at a megabyte, over without any. */
  readonly withLargeApplications: number;
  /** The same estate after every object was written many times over, over just listed. */
  readonly afterWrites: number;
  /** After as many writes again, over that: 1 is independent of uptime. */
  readonly afterUptime: number;
}

const WRITES = 20;

export function measureGrowth(workloads: number): Growth {
  const few = { workloads: workloads / 4, largeEvery: 0 };
  const many = { workloads, largeEvery: 0 };
  // Once for what is compiled and remembered by the way.
  heapOf({ ...few, largeEvery: 5 });
  const { listed, written, old } = heapOf(few, WRITES);
  const whole = heapOf(many).listed;
  const large = heapOf({ ...few, largeEvery: 5 }).listed;
  return {
    bytesPerWorkload: whole / workloads,
    bytesPerObject: whole / objectsIn(many),
    linearity: whole / 4 / listed,
    withLargeApplications: large / listed,
    afterWrites: written / listed,
    afterUptime: old / written,
  };
}

/** Just listed, after so many writes of every object, and after as many again. @throws Error when not every workload is known in the end */
function heapOf(size: EstateSize, writes = 0): { listed: number; written: number; old: number } {
  const estate = new Estate(size);
  const before = liveBytes();
  const pipeline = new Pipeline(new LazyJqEngine());
  let at = 1_000;
  let version = 0;
  const tell = () => {
    version += 1;
    for (const { path, apiVersion, kind, count, item } of estate.kinds) {
      const resource = path.slice(path.lastIndexOf('/') + 1);
      const shape = shapeOf({ apiVersion, resource });
      for (let index = 0; index < count; index += 1) {
        const bytes = Buffer.from(withVersion(item(index), version * 1_000_000 + index));
        const raw = shape === undefined ? undefined : DECODER.decode(bytes, shape);
        const fact = project(raw ?? (JSON.parse(bytes.toString('utf8')) as Json), { apiVersion, resource, kind });
        at += 10;
        if (fact !== null) pipeline.feed({ type: 'upsert', at, origin: version === 1 ? 'list' : 'watch', fact });
      }
    }
  };
  const heapAfter = (times: number) => {
    for (let time = 0; time < times; time += 1) tell();
    return liveBytes() - before;
  };
  const heaps = { listed: heapAfter(1), written: heapAfter(writes), old: heapAfter(writes) };
  // Also what keeps it all alive until here.
  if (pipeline.model.workloads.size !== size.workloads) throw new Error('not every workload of the estate is known');
  return heaps;
}

function objectsIn(size: EstateSize): number {
  return new Estate(size).kinds.reduce((sum, { count }) => sum + count, 0);
}

function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
