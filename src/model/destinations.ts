/** Which of Argo CD's destinations is the cluster that a model holds the objects of. */
import type { ApplicationFact } from './argo-facts.ts';

export type Destination = Pick<ApplicationFact['destination'], 'server' | 'name'>;

export type DestinationTest = (destination: Destination) => boolean;

/** Argo CD's own names of the cluster that it runs in (argo-cd common/common.go, util/db/cluster.go). */
const IN_CLUSTER = 'in-cluster';
const INTERNAL = /^https:\/\/kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?(?::443)?$/;

/** The cluster that Argo CD runs in. A destination that names nothing is taken for it: no other is meant. */
export const isLocalDestination: DestinationTest = ({ server, name }) =>
  name === IN_CLUSTER || INTERNAL.test(withoutSlash(server)) || (server === '' && name === '');

/** The same, and whatever has one of these as its server or its name. */
export function localOr(also: readonly string[]): DestinationTest {
  const others = namedBy(also);
  return (destination) => isLocalDestination(destination) || others(destination);
}

/** Whatever has one of these as its server or its name. */
export function namedBy(names: readonly string[]): DestinationTest {
  const known = new Set(names.map(withoutSlash));
  return ({ server, name }) => (server !== '' && known.has(withoutSlash(server))) || (name !== '' && known.has(name));
}

/** The watched cluster that a destination means: '' is Argo CD's own, else the configured name; null is none of them. */
export type ClusterOf = (destination: Destination) => string | null;

/** One cluster is watched: what passes the test. */
export function onlyHere(isHere: DestinationTest): ClusterOf {
  return (destination) => (isHere(destination) ? '' : null);
}

/** The cluster of Argo CD first, then the workload clusters, each with the servers and names that mean it. */
export function oneOf(
  isHere: DestinationTest,
  clusters: readonly { readonly name: string; readonly knownAs: readonly string[] }[],
): ClusterOf {
  const others = clusters.map(({ name, knownAs }) => ({ name, isMeant: namedBy([name, ...knownAs]) }));
  return (destination) =>
    isHere(destination) ? '' : (others.find(({ isMeant }) => isMeant(destination))?.name ?? null);
}

function withoutSlash(server: string): string {
  // Hardly any has one, and every version of an Application is asked about.
  return server.endsWith('/') ? server.replace(/\/+$/, '') : server;
}
