/** Compares what Git says with what is live (controller/state.go, gitops-engine pkg/diff): one result a resource. */
import type { ClusterContext } from '../context.ts';
import { type JsonObject, sameJson } from '../json.ts';
import type { KindInfo } from '../kinds.ts';
import { type KubeObject, namespaceOf } from '../objects.ts';
import { applyConfig } from '../server-side-apply.ts';
import { type IgnoreRules, withLiveIgnored, withoutIgnored } from './ignore-rules.ts';
import { kindOfManifest, type LastAppliedReader, mergeManifest } from './manifests.ts';

/** Field manager of every apply; client-side and server-side alike (common/common.go:128). */
export const ARGOCD_MANAGER = 'argocd-controller';

export interface ComparedResource {
  readonly info: KindInfo;
  readonly namespace: string;
  readonly name: string;
  /** Marked manifest from Git; undefined: the object is no longer in Git. */
  readonly manifest: KubeObject | undefined;
  /** undefined: the object does not exist. */
  readonly live: KubeObject | undefined;
  readonly synced: boolean;
}

export interface CompareOptions {
  readonly rules: IgnoreRules;
  readonly serverSide: (manifest: KubeObject) => boolean;
}

export class Comparator {
  readonly #context: ClusterContext;
  readonly #lastApplied: LastAppliedReader;
  /** Results by live object: nothing is compared twice. */
  #known = new WeakMap<KubeObject, { manifest: KubeObject; rules: IgnoreRules; synced: boolean }>();

  constructor(context: ClusterContext, lastApplied: LastAppliedReader) {
    this.#context = context;
    this.#lastApplied = lastApplied;
  }

  compare(manifests: readonly KubeObject[], options: CompareOptions): ComparedResource[] {
    const results: ComparedResource[] = [];
    for (const manifest of manifests) {
      const info = kindOfManifest(manifest);
      if (info === undefined) continue;
      const namespace = namespaceOf(manifest);
      const { name } = manifest.metadata;
      const live = this.#context.store.get(info, namespace, name);
      const synced = live !== undefined && this.#isSynced(manifest, live, info, options);
      results.push({ info, namespace, name, manifest, live, synced });
    }
    return results;
  }

  #isSynced(manifest: KubeObject, live: KubeObject, info: KindInfo, options: CompareOptions): boolean {
    const known = this.#known.get(live);
    if (known?.manifest === manifest && known.rules === options.rules) return known.synced;
    const synced = sameDeclared(this.#predict(manifest, live, info, options), live);
    this.#known.set(live, { manifest, rules: options.rules, synced });
    return synced;
  }

  /** What the object would be after an apply of the manifest, with what is ignored left alone. */
  #predict(manifest: KubeObject, live: KubeObject, info: KindInfo, options: CompareOptions): KubeObject {
    const masked = withLiveIgnored(manifest, live, options.rules);
    if (options.serverSide(manifest)) {
      const by = { manager: ARGOCD_MANAGER };
      const result = applyConfig(live, masked, info, by, { force: true, now: this.#context.scheduler.now() });
      return result.outcome === 'applied' ? info.applyDefaults(result.object) : live;
    }
    const applied = this.#lastApplied.read(live);
    const before = applied === undefined ? undefined : withoutIgnored(applied, live, options.rules);
    return info.applyDefaults(mergeManifest(live, masked, before));
  }
}

/** Equality of all that Git can declare; status is the controllers' (resource.compareoptions ignores it). */
function sameDeclared(predicted: KubeObject, live: KubeObject): boolean {
  if (predicted === live) return true;
  const parts = (object: KubeObject): JsonObject => {
    const { status: _status, metadata, ...rest } = object as KubeObject & JsonObject;
    const { labels, annotations } = metadata as KubeObject['metadata'];
    return { ...rest, labels: labels ?? null, annotations: annotations ?? null };
  };
  return sameJson(parts(predicted), parts(live));
}
