/** What a reflector reports of itself, as a closed set: log, metrics and health subscribe to it. */
import type { KubeError } from './errors.ts';
import type { Next } from './plan-reconnect.ts';

export type ReflectorEvent =
  /** A list is complete; 0 pages: it came in the stream of the watch. */
  | { readonly type: 'listed'; readonly objects: number; readonly pages: number }
  /** The server has accepted a watch. */
  | { readonly type: 'connected' }
  | { readonly type: 'event'; readonly change: 'ADDED' | 'MODIFIED' | 'DELETED' }
  | { readonly type: 'bookmark' }
  /** The server ended a watch in order; it resumes at once. */
  | { readonly type: 'ended'; readonly livedMs: number }
  /** Nothing came for too long; we hung up and resume. */
  | { readonly type: 'silent'; readonly livedMs: number }
  /** A list or a watch failed; `next` is what is done about it. */
  | { readonly type: 'failed'; readonly error: KubeError; readonly next: Next }
  /** The kind is denied or not served. Told when it begins and when the reason changes. */
  | { readonly type: 'unavailable'; readonly error: KubeError; readonly message: string }
  /** One object or version was left out. */
  | { readonly type: 'skipped'; readonly key: string; readonly reason: SkippedReason }
  /** A fresh list was held against the watch: so many objects differed. */
  | { readonly type: 'relisted'; readonly corrections: number };

/** older-version: a replayed event. no-name: no object. unreadable: its projection failed. */
export type SkippedReason = 'older-version' | 'no-name' | 'unreadable';

/** 'deployments.apps', 'configmaps': how a kind is named in health, metrics and messages. */
export function resourceName({ apiVersion, resource }: { apiVersion: string; resource: string }): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? resource : `${resource}.${apiVersion.slice(0, slash)}`;
}

/** The sentence for a kind that cannot be watched: what, why, what to do. */
export function unavailableMessage(name: string, error: KubeError): string {
  if (error.kind === 'notFound') {
    return `${name} is not served by this cluster: what installs it is absent; looking again every 5 minutes`;
  }
  const grant = `grant get, list and watch on ${name} (manifests, ClusterRole tugwatch)`;
  return `RBAC denies ${name}: ${grant}; looking again every 5 minutes (${error.message})`;
}
