/** How Argo CD writes one resource (gitops-engine pkg/utils/kube/resource_ops.go, pkg/sync/sync_context.go). */
import { ApiError } from '../api-error.ts';
import { type KubeObject, namespaceOf, withMeta } from '../objects.ts';
import type { Author, Store } from '../store.ts';
import { ARGOCD_MANAGER } from './compare.ts';
import { kindOfManifest, LAST_APPLIED, type LastAppliedReader, lastAppliedText, mergeManifest } from './manifests.ts';

export type ApplyMode = 'client-side' | 'server-side' | 'replace';

export interface ApplyOutcome {
  readonly ok: boolean;
  /** As kubectl prints it: 'deployment.apps/web configured'. */
  readonly message: string;
}

export interface ApplyRequest {
  readonly manifest: KubeObject;
  readonly mode: ApplyMode;
  /** 'argocd/web', for tests. */
  readonly actor: string;
  /** First word of the User-Agent: under which name replace writes. */
  readonly binary: string;
}

/** The options of a manifest win over the application's (sync_context.go:1281). */
export function applyModeOf(manifest: KubeObject, syncOptions: readonly string[]): ApplyMode {
  const own = (manifest.metadata.annotations?.['argocd.argoproj.io/sync-options'] ?? '').split(',');
  const has = (option: string) => own.includes(option) || syncOptions.includes(option);
  if (has('Replace=true')) return 'replace';
  if (own.includes('ServerSideApply=false')) return 'client-side';
  return has('ServerSideApply=true') ? 'server-side' : 'client-side';
}

/** Writes one manifest. A refusal of the server becomes a message, not an exception. */
export function applyManifest(store: Store, request: ApplyRequest, lastApplied: LastAppliedReader): ApplyOutcome {
  const { manifest } = request;
  const info = kindOfManifest(manifest);
  const display = `${manifest.kind.toLowerCase()}${info?.group ? `.${info.group}` : ''}/${manifest.metadata.name}`;
  if (info === undefined) return { ok: false, message: `no matches for kind "${manifest.kind}"` };
  try {
    const live = store.get(info, namespaceOf(manifest), manifest.metadata.name);
    if (request.mode === 'server-side') {
      store.apply(manifest, { manager: ARGOCD_MANAGER, actor: request.actor }, { force: true });
      return { ok: true, message: `${display} serverside-applied` };
    }
    if (request.mode === 'replace') return replace(store, request, live, display);
    return clientSideApply(store, request, live, lastApplied, display);
  } catch (error) {
    if (error instanceof ApiError) return { ok: false, message: error.message };
    throw error;
  }
}

function replace(store: Store, request: ApplyRequest, live: KubeObject | undefined, display: string): ApplyOutcome {
  const author: Author = { manager: request.binary, actor: request.actor };
  if (live === undefined) {
    store.create(request.manifest, author);
    return { ok: true, message: `${display} created` };
  }
  store.update(request.manifest, author);
  return { ok: true, message: `${display} replaced` };
}

function clientSideApply(
  store: Store,
  request: ApplyRequest,
  live: KubeObject | undefined,
  lastApplied: LastAppliedReader,
  display: string,
): ApplyOutcome {
  const { manifest } = request;
  const author: Author = { manager: ARGOCD_MANAGER, actor: request.actor };
  const annotations = { ...manifest.metadata.annotations, [LAST_APPLIED]: lastAppliedText(manifest) };
  const full = withMeta(manifest, { annotations });
  if (live === undefined) {
    store.create(full, author);
    return { ok: true, message: `${display} created` };
  }
  const next = store.update(mergeManifest(live, full, lastApplied.read(live)), author);
  return { ok: true, message: `${display} ${next === live ? 'unchanged' : 'configured'}` };
}
