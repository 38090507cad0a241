import { describe, expect, it } from 'vitest';
import type { ApplicationFact, Change } from '../../src/model/facts.ts';
import { ForeignApplications } from '../../src/model/foreign-applications.ts';
import { HOLDS_ALL } from '../../src/model/shard.ts';
import type { ApplicationInput } from '../support/cluster.ts';
import { applicationFact } from '../support/facts.ts';

const holds = (namespace: string) => namespace === 'mine';
const into = (namespace: string) => ({ destination: { server: 'https://kubernetes.default.svc', namespace } });
const THEIRS = ['apps/Deployment:theirs/web'];

function upsert(input: ApplicationInput): Change {
  return { type: 'upsert', at: 1_000, origin: 'watch', fact: applicationFact(input) };
}

/** What is kept of the Application. */
function kept(foreign: ForeignApplications, input: ApplicationInput): ApplicationFact {
  const change = foreign.cut(upsert(input));
  if (change.type !== 'upsert' || change.fact.fact !== 'application') throw new Error('it was an Application');
  return change.fact;
}

describe('an Application in a share of the namespaces', () => {
  it.each<[string, ApplicationInput, boolean]>([
    ['deploys into it', { spec: into('mine') }, false],
    ['deploys elsewhere', { spec: into('theirs'), resources: THEIRS }, true],
    [
      'deploys elsewhere, and has an object here too',
      { spec: into('theirs'), resources: ['apps/Deployment:mine/web'] },
      false,
    ],
    ['declares Applications', { spec: into('theirs'), resources: ['argoproj.io/Application:argocd/web'] }, false],
    ['names no namespace and was not compared yet', { spec: into(''), resources: [] }, false],
    ['names no namespace, and has its objects elsewhere', { spec: into(''), resources: THEIRS }, true],
  ])('that %s', (_what, input, isCut) => {
    const whole = applicationFact(input);
    const fact = kept(new ForeignApplications(holds), input);
    if (!isCut) expect(fact).toEqual(whole);
    else {
      expect(fact).toMatchObject({ cut: true, resources: [], sources: [], operation: null });
      const { ref, uid, destination, syncOptions, ignoreDifferences, applicationSet, specManagers } = whole;
      expect(fact).toMatchObject({
        ref,
        uid,
        destination,
        syncOptions,
        ignoreDifferences,
        applicationSet,
        specManagers,
      });
    }
  });

  it('stays whole once it had an object here, until it is gone', () => {
    const foreign = new ForeignApplications(holds);
    const away = { spec: into('theirs'), resources: THEIRS };
    expect(kept(foreign, away).cut).toBe(true);
    expect(kept(foreign, { ...away, resources: ['/ConfigMap:mine/flags OutOfSync'] }).cut).toBeUndefined();
    expect(kept(foreign, away).cut).toBeUndefined();
    const { ref, uid } = applicationFact(away);
    foreign.cut({ type: 'delete', at: 2_000, origin: 'watch', fact: 'application', ref, uid });
    expect(kept(foreign, away).cut).toBe(true);
  });

  it('is whole where everything is held', () => {
    expect(kept(new ForeignApplications(HOLDS_ALL), { spec: into('theirs'), resources: THEIRS }).cut).toBeUndefined();
  });
});
