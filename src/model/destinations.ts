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

function withoutSlash(server: string): string {
  return server.replace(/\/+$/, '');
}
