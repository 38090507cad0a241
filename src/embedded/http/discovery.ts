/** Discovery: which groups, versions and resources there are. */
import type { JsonObject, JsonValue } from '../json.ts';
import { KINDS, type KindInfo } from '../kinds.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];

/** The document at a discovery path; undefined where the path is none. `serves` hides kinds that are not installed. */
export function discoveryDocument(pathname: string, serves: (info: KindInfo) => boolean): JsonObject | undefined {
  const kinds = KINDS.filter(serves);
  const path = pathname.replace(/\/$/, '');
  if (path === '/api') {
    const address = { clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' };
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [address] };
  }
  const groups = new Map<string, string>();
  for (const info of kinds) if (info.group !== '') groups.set(info.group, info.version);
  if (path === '/apis') {
    const list = [...groups].map(([name, version]) => groupOf(name, version));
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: list };
  }
  if (path === '/api/v1')
    return resourceList(
      'v1',
      kinds.filter((info) => info.group === ''),
    );
  const match = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path);
  const version = groups.get(match?.[1] ?? '');
  if (match === null || version === undefined) return undefined;
  const [, name = '', asked] = match;
  if (asked === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(name, version) };
  return asked === version
    ? resourceList(
        `${name}/${version}`,
        kinds.filter((info) => info.group === name),
      )
    : undefined;
}

function groupOf(name: string, version: string): JsonObject {
  const preferred = { groupVersion: `${name}/${version}`, version };
  return { name, versions: [preferred], preferredVersion: preferred };
}

function resourceList(groupVersion: string, kinds: readonly KindInfo[]): JsonObject {
  const resources = kinds.flatMap((info) => {
    const { plural, kind, namespaced, shortNames } = info;
    const main: Record<string, JsonValue> = {
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: VERBS,
    };
    if (shortNames.length > 0) main['shortNames'] = shortNames;
    const all: JsonObject[] = [main];
    if (info.hasStatus)
      all.push({ name: `${plural}/status`, singularName: '', namespaced, kind, verbs: SUBRESOURCE_VERBS });
    if (info.hasScale) {
      const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: SUBRESOURCE_VERBS };
      all.push({ name: `${plural}/scale`, singularName: '', namespaced, ...scale });
    }
    return all;
  });
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

export const VERSION_DOCUMENT: JsonObject = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.1+embedded',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
};
