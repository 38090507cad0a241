import { describe, expect, it } from 'vitest';
import { fix } from '../../src/commands/fix.ts';
import { jsonPatch } from '../../src/embedded/patches.ts';
import {
  type ApiCluster,
  commandIo,
  stageTextbook,
  startApiCluster,
  type Typed,
  watchCluster,
  writesOf,
} from '../support/api-cluster.ts';
import { servePage } from '../support/page-server.ts';
import * as given from '../support/report-fixtures.ts';

/** The textbook after a minute, and a terminal where `answer` is typed; without one it is a pipe. */
async function textbook(answer?: string, changes: Parameters<typeof stageTextbook>[2] = {}) {
  const rig = await startApiCluster();
  stageTextbook(rig, 'web', changes);
  rig.cluster.run(1);
  return {
    rig,
    typed: commandIo(rig, answer),
    flags: { kubeconfig: rig.kubeconfig },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

function edit({ cluster, application }: ApiCluster, manager: string, patch: readonly object[]): void {
  cluster.scheduler.runFor(1_000);
  cluster.store.update(jsonPatch(application() as never, patch as never) as never, { manager });
}

const REVISION = [{ op: 'replace', path: '/spec/source/targetRevision', value: 'v2' }];

describe('tugwatch fix', () => {
  it('prints the remedy after one look, and only reads for it', async () => {
    await using stage = await textbook();
    const { rig, typed, flags } = stage;
    expect(await fix(['shop/web'], flags, typed.io)).toBe(0);
    expect(typed.stdout()).toMatch(/^RISK TW101 unprotected-replicas {2}Git declares 3 replicas/);
    expect(typed.stdout()).toContain('1. With a rule for /spec/replicas of Deployment web alone');
    expect(typed.stdout()).toContain('kubectl patch applications.argoproj.io/web -n argocd --type json -p');
    expect(typed.stderr()).toBe('');
    expect(writesOf(rig)).toEqual([]);
  });

  it('prints the same as a document for programs', async () => {
    await using stage = await textbook();
    const { typed, flags } = stage;
    expect(await fix(['deploy/web'], { ...flags, namespace: 'shop', output: 'json' }, typed.io)).toBe(0);
    expect(JSON.parse(typed.stdout())).toMatchObject({
      schema: 'tugwatch.fix/v1',
      workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
      application: { namespace: 'argocd', name: 'web' },
      conflict: null,
      risk: 'TW101',
      remedy: { steps: [{ id: 'stop-now', where: 'live' }, { id: 'make-permanent' }, { id: 'remove-from-git' }] },
      applied: null,
      refused: [],
    });
  });

  it('prints what a running daemon knows, without a look at the cluster', async () => {
    await using rig = await startApiCluster();
    stageTextbook(rig);
    const typed = commandIo(rig);
    await using watched = await watchCluster(rig);
    await watched.pass(5, () => watched.daemon.report().conflicts[0]?.state === 'confirmed');
    expect(await fix(['shop/web'], { server: watched.daemon.address, kubeconfig: '/nowhere' }, typed.io)).toBe(0);
    expect(typed.stdout()).toMatch(/^CONFIRMED {2}HPA web .* fight over \/spec\/replicas of Deployment shop\/web/);
  });

  it('prints a mere risk in another cluster, and asks to have it left at that: what is applied is seen', async () => {
    await using stage = await textbook();
    const { rig, typed, flags } = stage;
    const risk = given.aRisk({ workload: { ...given.WEB, cluster: 'prod-eu' } });
    await using daemon = await servePage({
      window: { from: given.T0, to: given.T0 },
      conflicts: [],
      notices: [],
      risks: [risk],
    });
    const there = { ...flags, server: daemon.address, cluster: 'prod-eu' };
    expect(await fix(['shop/web'], there, typed.io)).toBe(0);
    expect(typed.stdout()).toMatch(/^RISK TW101/);
    await expect(fix(['shop/web'], { ...there, apply: true, yes: true }, typed.io)).rejects.toThrow(
      /no conflict over workload shop\/web in prod-eu, and a mere risk there is only printed: leave --apply out\.$/,
    );
    expect(writesOf(rig)).toEqual([]);
  });

  it('has nothing to say of a workload that is protected', async () => {
    await using stage = await textbook(undefined, {
      syncOptions: ['RespectIgnoreDifferences=true'],
      ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
    });
    const { typed, flags } = stage;
    expect(await fix(['shop/web'], flags, typed.io)).toBe(0);
    expect(typed.stdout()).toBe(
      'Nothing to fix: the cluster shows no conflict over workload shop/web, and no risk of one.\n',
    );
  });

  it.each([
    ['a workload that is not there', 'shop/none', {}, 'No workload shop/none is in the cluster'],
    ['a kind that is not the workload’s', 'sts/web', { namespace: 'shop' }, 'No workload shop/web is in the cluster'],
    ['--apply where nobody can be asked', 'shop/web', { apply: true }, 'run it on a terminal, or add --yes'],
    ['--yes alone', 'shop/web', { yes: true }, '--yes goes with --apply.'],
    ['an unknown output', 'shop/web', { output: 'xml' }, '--output xml is not known'],
  ])('refuses %s in one sentence', async (_what, workload, extra, sentence) => {
    await using stage = await textbook();
    const { typed, flags } = stage;
    await expect(fix([workload], { ...flags, ...extra }, typed.io)).rejects.toThrow(sentence);
    expect(typed.stdout()).toBe('');
  });
});

describe('tugwatch fix --apply', () => {
  it('shows the difference of the spec, asks, and leaves everything as it is after a no', async () => {
    await using stage = await textbook('n\n');
    const { rig, typed, flags } = stage;
    const before = rig.application();
    expect(await fix(['shop/web'], { ...flags, apply: true }, typed.io)).toBe(0);
    expect(typed.stdout()).toContain("Application argocd/web in embedded would change (the API server's dry run):");
    expect(diffOf(typed)).toEqual([
      '+  syncOptions:',
      '+    - RespectIgnoreDifferences=true',
      '+ignoreDifferences:',
      '+  - group: apps',
      '+    kind: Deployment',
      '+    name: web',
      '+    namespace: shop',
      '+    jsonPointers:',
      '+      - /spec/replicas',
    ]);
    expect(typed.stderr()).toBe('Change Application argocd/web in embedded? [y/N] Nothing was changed.\n');
    expect(rig.application()).toEqual(before);
  });

  it('changes the Application after a yes, and says who did what and what is left', async () => {
    await using stage = await textbook('yes\n');
    const { rig, typed, flags } = stage;
    const { resourceVersion: from } = rig.application().metadata;
    expect(await fix(['shop/web'], { ...flags, apply: true }, typed.io)).toBe(0);
    const { metadata, spec } = rig.application();
    expect(spec).toHaveProperty('ignoreDifferences');
    expect(typed.stdout()).toContain(
      `2026-11-21T05:01:00.000Z ana as embedded in embedded changed Application argocd/web for Deployment shop/web, resourceVersion ${from} to ${metadata.resourceVersion}: [{"op":"add"`,
    );
    expect(typed.stdout()).toContain('Still to do: the live change is the first step only.\n1. Commit the same');
    expect(typed.stdout()).toMatch(/kubectl get applications\.argoproj\.io\/web -n argocd -o 'jsonpath=.*'\n$/);
  });

  it('asks nobody with --yes, and gives programs one document', async () => {
    await using stage = await textbook();
    const { typed, flags } = stage;
    expect(await fix(['shop/web'], { ...flags, apply: true, yes: true, output: 'json' }, typed.io)).toBe(0);
    expect(JSON.parse(typed.stdout())).toMatchObject({
      applied: {
        at: '2026-11-21T05:01:00.000Z',
        by: 'ana as embedded in embedded',
        target: { kind: 'Application', name: 'web' },
        patch: [{ op: 'add', path: '/spec/ignoreDifferences' }, { op: 'add' }],
      },
      refused: [],
    });
  });

  it('changes nothing when somebody edits the Application while it asks, and exits with 2', async () => {
    await using stage = await textbook('');
    const { rig, typed, flags } = stage;
    async function* editThenAgree(): AsyncGenerator<Uint8Array> {
      edit(rig, 'kubectl-edit', REVISION);
      yield new TextEncoder().encode('y\n');
    }
    const io = { ...typed.io, stdin: Object.assign(editThenAgree(), { isTTY: true }) };
    expect(await fix(['shop/web'], { ...flags, apply: true }, io)).toBe(2);
    expect(typed.stderr()).toContain(
      'not applied: Application argocd/web was edited by kubectl-edit in the meantime: look again',
    );
    expect(rig.application().spec).not.toHaveProperty('ignoreDifferences');
  });

  it('does not change one Application twice within an hour', async () => {
    await using stage = await textbook();
    const { rig, typed, flags } = stage;
    expect(await fix(['shop/web'], { ...flags, apply: true, yes: true }, typed.io)).toBe(0);
    edit(rig, 'kubectl-edit', [{ op: 'remove', path: '/spec/syncPolicy/syncOptions' }]);
    const again = commandIo(rig);
    expect(await fix(['shop/web'], { ...flags, apply: true, yes: true, output: 'json' }, again.io)).toBe(2);
    expect(again.stderr()).toContain('not applied: Application argocd/web was changed 0 min ago');
    expect(JSON.parse(again.stdout())).toMatchObject({ applied: null, refused: [{ veto: 'rate-limit' }] });
  });

  it('passes on what RBAC says', async () => {
    await using rig = await startApiCluster({ allows: (verb) => verb !== 'patch' });
    stageTextbook(rig);
    rig.cluster.run(1);
    const flags = { kubeconfig: rig.kubeconfig, apply: true, yes: true };
    await expect(fix(['shop/web'], flags, commandIo(rig).io)).rejects.toThrow(/^PATCH .*applications\/web: 403/);
  });

  it('takes the end of the input and Ctrl-C for a no', async () => {
    await using stage = await textbook('');
    const { rig, typed, flags } = stage;
    expect(await fix(['shop/web'], { ...flags, apply: true }, typed.io)).toBe(0);
    const interrupt = new AbortController();
    const silent = new ReadableStream<Uint8Array>({ pull: () => interrupt.abort() }, { highWaterMark: 0 });
    const io = { ...typed.io, stdin: Object.assign(silent.values(), { isTTY: true }), signal: interrupt.signal };
    expect(await fix(['shop/web'], { ...flags, apply: true }, io)).toBe(0);
    expect(writesOf(rig)).toHaveLength(2);
    expect(rig.application().spec).not.toHaveProperty('ignoreDifferences');
  });
});

function diffOf(typed: Typed): string[] {
  return typed
    .stdout()
    .split('\n')
    .filter((line) => /^[+-]/.test(line));
}
