/** Asks the API server who a bearer token belongs to and what its owner may get, as kube-rbac-proxy does. */
import type { Json } from '../model/facts.ts';
import type { WritingClient } from './client.ts';
import { asObject, pick, textAt } from './projections/read-json.ts';

/** unknown: the token belongs to nobody. denied: its owner may not get the path. */
export type ReviewVerdict = 'allowed' | 'denied' | 'unknown';

const TOKEN_REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
/** Less than any scrape waits. */
const WITHIN_MS = 5_000;

/**
 * Whether the token's owner may `get` the path (a nonResourceURL, such as /metrics).
 * @throws KubeRequestError when the API server cannot be asked, or does not let us ask
 */
export async function reviewToken(client: WritingClient, token: string, path: string): Promise<ReviewVerdict> {
  const signal = AbortSignal.timeout(WITHIN_MS);
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const reviewed = (await client.send('POST', TOKEN_REVIEWS, { body: review, signal })) as Json;
  const user = asObject(pick(reviewed, 'status', 'user'));
  if (pick(reviewed, 'status', 'authenticated') !== true || user === undefined) return 'unknown';
  const { uid, groups, extra } = user;
  const spec = {
    user: textAt(user, 'username'),
    ...(uid === undefined ? {} : { uid }),
    ...(groups === undefined ? {} : { groups }),
    ...(extra === undefined ? {} : { extra }),
    nonResourceAttributes: { path, verb: 'get' },
  };
  const question = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
  const answer = (await client.send('POST', ACCESS_REVIEWS, { body: question, signal })) as Json;
  return pick(answer, 'status', 'allowed') === true ? 'allowed' : 'denied';
}
