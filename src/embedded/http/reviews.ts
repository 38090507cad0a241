/** TokenReview and SubjectAccessReview: who a token belongs to, and whether its owner may get a path. */
import type { JsonObject } from '../json.ts';
import { objectAt } from '../json.ts';
import { KINDS, type KindInfo } from '../kinds.ts';

/** The owner of a token. */
export interface Account {
  readonly username: string;
  readonly groups?: readonly string[];
  /** nonResourceURLs that it may get. */
  readonly paths: readonly string[];
}

/** 'create' on one of these is what a client needs the right to. */
const REVIEWS: Readonly<Record<string, readonly [group: string, plural: string, kind: string]>> = {
  '/apis/authentication.k8s.io/v1/tokenreviews': ['authentication.k8s.io', 'tokenreviews', 'TokenReview'],
  '/apis/authorization.k8s.io/v1/subjectaccessreviews': [
    'authorization.k8s.io',
    'subjectaccessreviews',
    'SubjectAccessReview',
  ],
};

/** The kind behind a path of reviews; undefined for any other path. */
export function reviewKind(pathname: string): KindInfo | undefined {
  const [group, plural, kind] = REVIEWS[pathname] ?? [];
  const [like] = KINDS;
  if (group === undefined || plural === undefined || kind === undefined || like === undefined) return undefined;
  return { ...like, group, plural, kind, version: 'v1', apiVersion: `${group}/v1`, namespaced: false };
}

/** The review with its answer. `accounts` by token. */
export function answerReview(body: string, accounts: Readonly<Record<string, Account>>): JsonObject {
  const review = JSON.parse(body) as JsonObject;
  const spec = objectAt(review, 'spec');
  if (review['kind'] === 'TokenReview') {
    const { token } = spec;
    const account = typeof token === 'string' && Object.hasOwn(accounts, token) ? accounts[token] : undefined;
    // A real server does not echo the token.
    if (account === undefined)
      return { ...review, spec: {}, status: { user: {}, error: '[invalid bearer token, token lookup failed]' } };
    const { username, groups = [] } = account;
    const user = { username, uid: `uid of ${username}`, groups: [...groups, 'system:authenticated'] };
    return { ...review, spec: {}, status: { authenticated: true, user } };
  }
  const { path, verb } = objectAt(spec, 'nonResourceAttributes');
  const account = Object.values(accounts).find(({ username }) => username === spec['user']);
  const allowed = verb === 'get' && (account?.paths.includes(String(path)) ?? false);
  return { ...review, status: { allowed } };
}
