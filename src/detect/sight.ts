/** Whether silence proves anything now: a watch that is interrupted shows nothing, and so does the time before it came back. */
import type { Millis } from '../model/facts.ts';

/** Kinds without which silence proves nothing: those that show writes, heals and rules. */
const ESSENTIAL = new Set(['deployments', 'statefulsets', 'rollouts', 'applications', 'horizontalpodautoscalers']);
/** Seen in the cluster of Argo CD, and needed for every other: without heals and rules no silence proves anything. */
const SHARED = 'applications';

/** One cluster, or what all of them need. */
interface Area {
  readonly blind: Set<string>;
  /** null: nothing was seen yet. */
  since: Millis | null;
}

export class Sight {
  readonly #areas = new Map<string, Area>();
  #opened: Millis | null = null;

  /** Time is told; what was before the first of it was not seen. */
  opened(at: Millis): void {
    this.#opened ??= at;
  }

  /** `cluster`: '' is that of Argo CD. */
  interrupted(resource: string, cluster = ''): void {
    if (ESSENTIAL.has(resource)) this.#areaOf(resource, cluster).blind.add(resource);
  }

  synced(resource: string, at: Millis, cluster = ''): void {
    if (!ESSENTIAL.has(resource)) return;
    const area = this.#areaOf(resource, cluster);
    const first = area.since === null && cluster !== '';
    if (area.blind.delete(resource) || first) area.since = Math.max(area.since ?? at, at);
  }

  /** Whether silence in the cluster proves nothing now; a workload cluster that was never seen is not seen. */
  blind(cluster = ''): boolean {
    const own = this.#areas.get(cluster);
    if (cluster !== '' && own?.since == null) return true;
    return (own?.blind.size ?? 0) > 0 || (this.#areas.get(SHARED_AREA)?.blind.size ?? 0) > 0;
  }

  /** From here on every essential kind of the cluster was seen without a break. */
  sightedSince(cluster = ''): Millis {
    const times = [cluster, SHARED_AREA].map((name) => this.#areas.get(name)?.since ?? 0);
    return Math.max(this.#opened ?? 0, ...times);
  }

  #areaOf(resource: string, cluster: string): Area {
    const name = resource === SHARED ? SHARED_AREA : cluster;
    const area = this.#areas.get(name) ?? { blind: new Set<string>(), since: null };
    this.#areas.set(name, area);
    return area;
  }
}

/** No name of a cluster. */
const SHARED_AREA = '#';
