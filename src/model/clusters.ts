/** Puts what the watches of a workload cluster tell into that cluster: its name is part of every object's from then on. */
import type { Change, Fact } from './facts.ts';
import { inCluster } from './refs.ts';

/** `cluster`: '' is that of Argo CD, whose changes stay as they are. */
export function placedIn(change: Change, cluster: string): Change {
  if (cluster === '') return change;
  if (change.type === 'upsert') return { ...change, fact: placed(change.fact, cluster) };
  if (change.type === 'delete') return { ...change, ref: inCluster(change.ref, cluster) };
  return { ...change, cluster };
}

function placed(fact: Fact, cluster: string): Fact {
  const ref = inCluster(fact.ref, cluster);
  return fact.fact === 'event' ? { ...fact, ref, regarding: inCluster(fact.regarding, cluster) } : { ...fact, ref };
}
