/** The change in three acts on a real API server and a real Application, with its own dry run and its own refusals. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application } from '../../src/embedded/blueprints.ts';
import type { WritingClient } from '../../src/kubernetes/client.ts';
import { commit, type Reading, type Rehearsal, readForChange, rehearse } from '../../src/kubernetes/guarded-patch.ts';
import { readObject } from '../../src/kubernetes/patching.ts';
import { readManagedFields } from '../../src/kubernetes/projections/managed-fields.ts';
import { type JsonObject, pick, textAt } from '../../src/kubernetes/projections/read-json.ts';
import type { ApplicableStep } from '../../src/remedy/attempt.ts';
import { guardAbsence } from '../../src/remedy/commands.ts';
import { RealCluster } from '../support/real-cluster.ts';
import { aRemedy } from '../support/report-fixtures.ts';

const APPLICATIONS = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';
const JSON_PATCH = 'application/json-patch+json';
const { signal } = new AbortController();

let cluster: RealCluster;
let client: WritingClient;

beforeAll(async () => {
  cluster = await RealCluster.start();
  client = await cluster.client();
});

afterAll(() => cluster?.[Symbol.asyncDispose]());

/** An Application, the first step of a remedy for it, and hands that change it meanwhile. */
class Stage {
  readonly name: string;
  readonly step: ApplicableStep;

  constructor(name: string) {
    this.name = name;
    const step = aRemedy().steps[0] as ApplicableStep;
    this.step = { ...step, target: { ...step.target, name } };
  }

  async create(): Promise<this> {
    const body = application({ name: this.name, repoURL: 'https://git.example/shop', destination: 'shop' });
    await client.send('POST', APPLICATIONS, { query: { fieldManager: 'kubectl-create' }, body });
    return this;
  }

  async edit(fieldManager: string, body: unknown, contentType = JSON_PATCH): Promise<void> {
    await client.send('PATCH', `${APPLICATIONS}/${this.name}`, { query: { fieldManager }, contentType, body });
  }

  /** As Argo CD does every few seconds. */
  reconcile(at: string): Promise<void> {
    return this.edit(
      'argocd-application-controller',
      { status: { reconciledAt: at, sync: { status: 'OutOfSync' } } },
      'application/merge-patch+json',
    );
  }

  async remove(): Promise<void> {
    await client.send('DELETE', `${APPLICATIONS}/${this.name}`);
  }

  async read(): Promise<JsonObject> {
    const object = await readObject(client, this.step.target, signal);
    if (object === null) throw new Error(`no Application ${this.name}`);
    return object;
  }

  async reading(): Promise<Reading> {
    const reading = await readForChange(client, this.step.target, signal);
    if (reading === null) throw new Error(`no Application ${this.name}`);
    return reading;
  }

  async rehearsal(): Promise<Rehearsal> {
    const answer = await rehearse(client, this.step, await this.reading(), signal);
    if ('stopped' in answer) throw new Error(answer.stopped);
    return answer;
  }
}

describe('a change in three acts on a real API server', () => {
  it('is rehearsed without a trace, and made under our own name', async () => {
    const stage = await new Stage('textbook').create();
    const before = await stage.read();
    const rehearsal = await stage.rehearsal();
    expect(rehearsal.spec).toContain('RespectIgnoreDifferences=true');
    expect(await stage.read()).toEqual(before);
    const done = await commit(client, stage.step, rehearsal, signal);
    const after = await stage.read();
    expect(done).toEqual({
      from: textAt(before, 'metadata', 'resourceVersion'),
      to: textAt(after, 'metadata', 'resourceVersion'),
    });
    expect(pick(after, 'spec', 'syncPolicy', 'syncOptions')).toEqual(['RespectIgnoreDifferences=true']);
    const ours = readManagedFields(after).find(({ owner }) => owner.manager === 'tugwatch');
    expect(pick(ours?.fields, 'f:spec', 'f:ignoreDifferences')).toBeDefined();
  });

  it('goes on when only Argo CD wrote its status meanwhile', async () => {
    const stage = await new Stage('busy').create();
    const reading = await stage.reading();
    await stage.reconcile('2026-11-21T05:00:30Z');
    const rehearsal = await rehearse(client, stage.step, reading, signal);
    await stage.reconcile('2026-11-21T05:00:45Z');
    if ('stopped' in rehearsal) throw new Error(rehearsal.stopped);
    expect(await commit(client, stage.step, rehearsal, signal)).toHaveProperty('to');
    const after = await stage.read();
    expect(textAt(after, 'status', 'reconciledAt')).toBe('2026-11-21T05:00:45Z');
    expect(pick(after, 'spec', 'ignoreDifferences')).toHaveLength(1);
  });

  it('stops when somebody edits the spec meanwhile', async () => {
    const stage = await new Stage('edited').create();
    const rehearsal = await stage.rehearsal();
    await stage.edit('kubectl-edit', [{ op: 'replace', path: '/spec/source/targetRevision', value: 'v2' }]);
    // Who it was is said where managedFields can tell; it knows whole seconds only.
    expect(await commit(client, stage.step, rehearsal, signal)).toEqual({
      stopped: expect.stringMatching(/^Application argocd\/edited was edited( by kubectl-edit)? in the meantime/),
    });
    expect(pick(await stage.read(), 'spec', 'ignoreDifferences')).toBeUndefined();
  });

  it('stops when the Application is gone, and when another one has its name', async () => {
    const stage = await new Stage('gone').create();
    const rehearsal = await stage.rehearsal();
    await stage.remove();
    const gone = await commit(client, stage.step, rehearsal, signal);
    expect(gone).toEqual({ stopped: 'Application argocd/gone is not there any more' });
    await stage.create();
    const namesake = await commit(client, stage.step, rehearsal, signal);
    expect(namesake).toEqual({ stopped: expect.stringContaining('Application argocd/gone was edited') });
    expect(pick(await stage.read(), 'spec', 'ignoreDifferences')).toBeUndefined();
  });

  it('says what the server says when it refuses for a reason of its own', async () => {
    const stage = await new Stage('refused').create();
    const patch = [{ op: 'add' as const, path: '/spec/no/such/parent', value: 1 }];
    const refused = rehearse(client, { ...stage.step, patch }, await stage.reading(), signal);
    await expect(refused).rejects.toMatchObject({ error: { kind: 'server', code: 422 } });
  });
});

describe('the patch of the commands that are printed, on a real API server', () => {
  it('is taken once, and refused where somebody has added the list in between', async () => {
    const stage = await new Stage('commands').create();
    const patch = guardAbsence(stage.step.patch);
    expect(patch.filter(({ op }) => op === 'test')).toHaveLength(2);
    await stage.edit('kubectl-patch', patch);
    const after = await stage.read();
    expect(pick(after, 'spec', 'ignoreDifferences')).toHaveLength(1);
    await expect(stage.edit('kubectl-patch', patch)).rejects.toMatchObject({ error: { kind: 'server', code: 422 } });
    expect(await stage.read()).toEqual(after);
  });

  it('of an older version is refused as a conflict', async () => {
    const stage = await new Stage('older').create();
    const { resourceVersion } = (await stage.reading()).view;
    await stage.reconcile('2026-11-21T05:00:30Z');
    const body = { metadata: { resourceVersion }, spec: { project: 'other' } };
    const late = stage.edit('kubectl-edit', body, 'application/merge-patch+json');
    await expect(late).rejects.toMatchObject({ error: { kind: 'conflict' } });
  });
});
