import { describe, expect, it } from 'vitest';
import { findResource } from '../../src/embedded/kinds.ts';
import { jsonPatch } from '../../src/embedded/patches.ts';
import type { WritingClient } from '../../src/kubernetes/client.ts';
import { commit, type Reading, type Rehearsal, readForChange, rehearse } from '../../src/kubernetes/guarded-patch.ts';
import type { ApplicableStep } from '../../src/remedy/attempt.ts';
import { type ApiCluster, stageTextbook, startApiCluster, writesOf } from '../support/api-cluster.ts';
import { aRemedy, WEB_APP } from '../support/report-fixtures.ts';

const APP = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...WEB_APP };
const STEP = aRemedy().steps[0] as ApplicableStep;
const { signal } = new AbortController();

interface Stage extends AsyncDisposable {
  readonly rig: ApiCluster;
  readonly client: WritingClient;
  readonly reading: Reading;
  /** Somebody else patches the Application. */
  edit(manager: string, patch: readonly object[]): void;
}

async function stage(): Promise<Stage> {
  const rig = await startApiCluster();
  stageTextbook(rig);
  rig.cluster.run(1);
  const client = await rig.client();
  const reading = await readForChange(client, APP, signal);
  const info = findResource('argoproj.io', 'applications');
  if (reading === null || info === undefined) throw new Error('no Application to read');
  return {
    rig,
    client,
    reading,
    edit: (manager, patch) => {
      // managedFields knows whole seconds only.
      if (manager === 'kubectl-edit') rig.cluster.scheduler.runFor(1_000);
      const app = rig.application();
      rig.cluster.store.update(jsonPatch(app as never, patch as never) as never, { manager });
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await rig[Symbol.asyncDispose]();
    },
  };
}

const RECONCILED = [{ op: 'add', path: '/status/reconciledAt', value: '2026-11-21T05:00:30Z' }];
const REVISION = [{ op: 'replace', path: '/spec/source/targetRevision', value: 'v2' }];

function rehearsed(answer: Awaited<ReturnType<typeof rehearse>>): Rehearsal {
  if ('stopped' in answer) throw new Error(answer.stopped);
  return answer;
}

describe('a change in three acts', () => {
  it('shows what the server would make of it, and changes nothing by that', async () => {
    await using on = await stage();
    const rehearsal = rehearsed(await rehearse(on.client, STEP, on.reading, signal));
    expect(rehearsal.spec).toContain('RespectIgnoreDifferences=true');
    expect(rehearsal.reading.spec).not.toContain('RespectIgnoreDifferences=true');
    expect(on.rig.application().metadata.resourceVersion).toBe(on.reading.view.resourceVersion);
    const done = await commit(on.client, STEP, rehearsal, signal);
    const app = on.rig.application();
    expect(done).toEqual({ from: on.reading.view.resourceVersion, to: app.metadata.resourceVersion });
    expect(app.metadata.managedFields?.map((entry) => entry.manager)).toContain('tugwatch');
    expect(app.spec).toMatchObject({ syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] } });
  });

  it('goes on when only Argo CD wrote its status meanwhile, after another rehearsal', async () => {
    await using on = await stage();
    on.edit('argocd-application-controller', RECONCILED);
    const rehearsal = rehearsed(await rehearse(on.client, STEP, on.reading, signal));
    on.edit('argocd-application-controller', [{ ...RECONCILED[0], value: '2026-11-21T05:00:45Z' }]);
    expect(await commit(on.client, STEP, rehearsal, signal)).toHaveProperty('to');
    expect(JSON.stringify(on.rig.application().spec)).toContain('/spec/replicas');
    // Two rehearsals and a refused patch, then a rehearsal and the patch.
    expect(writesOf(on.rig)).toHaveLength(5);
  });

  it.each(['before the rehearsal', 'after it'])(
    'stops when somebody edits the spec %s, and names them',
    async (when) => {
      await using on = await stage();
      if (when === 'before the rehearsal') on.edit('kubectl-edit', REVISION);
      const rehearsal = await rehearse(on.client, STEP, on.reading, signal);
      if (when === 'after it') on.edit('kubectl-edit', REVISION);
      const answer = 'stopped' in rehearsal ? rehearsal : await commit(on.client, STEP, rehearsal, signal);
      expect(answer).toEqual({
        stopped: 'Application argocd/web was edited by kubectl-edit in the meantime: look again',
      });
      expect(on.rig.application().spec).not.toHaveProperty('ignoreDifferences');
    },
  );

  it('stops when the Application is deleted meanwhile', async () => {
    await using on = await stage();
    const rehearsal = rehearsed(await rehearse(on.client, STEP, on.reading, signal));
    const info = findResource('argoproj.io', 'applications');
    if (info !== undefined) on.rig.cluster.store.delete(info, 'argocd', 'web', { manager: 'kubectl' });
    expect(await commit(on.client, STEP, rehearsal, signal)).toEqual({
      stopped: 'Application argocd/web is not there any more',
    });
  });

  it('never prints the values that Helm is given', async () => {
    await using on = await stage();
    const helm = { values: 'password: hunter2' };
    on.edit('kubectl-edit', [{ op: 'add', path: '/spec/source/helm', value: helm }]);
    const reading = await readForChange(on.client, APP, signal);
    expect(reading?.spec).toContain('helm');
    expect(reading?.spec).not.toContain('hunter2');
  });

  it('says nothing of an Application that is not there', async () => {
    await using on = await stage();
    expect(await readForChange(on.client, { ...APP, name: 'none' }, signal)).toBe(null);
  });
});
