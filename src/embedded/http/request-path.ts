/** What a URL of the Kubernetes API names (apiserver pkg/endpoints/request/requestinfo.go). Pure. */
import { findResource, type KindInfo } from '../kinds.ts';

export type Subresource = '' | 'status' | 'scale';

export interface ResourcePath {
  readonly info: KindInfo;
  /** '' for a cluster-scoped kind, and for all namespaces. */
  readonly namespace: string;
  /** '' for a collection. */
  readonly name: string;
  readonly subresource: Subresource;
}

/** The resource that a path names, or undefined: it is something else, or nothing that is served. */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const root = parts.shift();
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : (parts.shift() ?? '');
  const version = parts.shift();
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 2) {
    namespace = parts[1] ?? '';
    parts.splice(0, 2);
  }
  const [plural = '', name = '', subresource = '', ...more] = parts;
  const info = findResource(group, plural);
  if (info === undefined || info.version !== version || more.length > 0) return undefined;
  if (subresource !== '' && !servesSubresource(info, subresource)) return undefined;
  if (namespace !== '' && !info.namespaced) return undefined;
  return { info, namespace, name, subresource: subresource as Subresource };
}

function servesSubresource(info: KindInfo, subresource: string): boolean {
  return (subresource === 'status' && info.hasStatus) || (subresource === 'scale' && info.hasScale);
}
