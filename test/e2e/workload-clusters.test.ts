/** Hub and spoke: Argo CD in one cluster, the workloads in another, an object of the same name in both. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually as within } from '../support/eventually.ts';
import { type HubAndSpoke, startHubAndSpoke } from '../support/hub-and-spoke.ts';
import { temporaryPath, writeKubeconfig } from '../support/kubeconfigs.ts';
import { addressOf, metricOf, reportOf, startDaemonProcess, TugwatchProcess } from '../support/tugwatch-process.ts';

/** Two clusters and a daemon on a machine that may have other work. */
const eventually = <T>(what: string, ask: () => T | Promise<T>) => within(what, ask, 90_000);

const start = (estate: HubAndSpoke) =>
  startDaemonProcess(
    estate.kubeconfig,
    '--config',
    estate.config,
    '--log-format',
    'json',
    '--checkpoint-file',
    estate.path('checkpoint.json'),
  );

const confirmedIn = async (address: string) =>
  (await reportOf(address)).conflicts.find(({ state }) => state === 'confirmed');
const statesOf = async (address: string, cluster: (name: string) => boolean) =>
  new Set((await reportOf(address)).health?.watches.filter((one) => cluster(one.cluster)).map(({ state }) => state));

async function ask(...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using command = new TugwatchProcess(args);
  const { code } = await command.exited;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

describe('several clusters', () => {
  it('tell the fight where it is, credit nobody in the hub, and outlive the loss of one', async () => {
    await using estate = await startHubAndSpoke();
    {
      await using daemon = start(estate);
      const address = await addressOf(daemon);
      expect(daemon.logged('started')).toMatchObject([
        {
          clusters: ['prod-eu'],
          msg: expect.stringMatching(/ watches http:.*, and prod-eu \(http:.*\); status page: /),
        },
      ]);
      const conflict = await eventually('the fight is confirmed', () => confirmedIn(address));
      expect(conflict).toMatchObject({
        workload: { kind: 'Deployment', namespace: 'shop', name: 'web', cluster: 'prod-eu' },
        application: { namespace: 'argocd', name: 'web' },
        field: '/spec/replicas',
      });
      expect(conflict.summary).toContain('Deployment shop/web in prod-eu');
      const [step] = conflict.remedy.steps;
      expect(step).toMatchObject({ where: 'live', target: { kind: 'Application', name: 'web' } });
      expect(step?.target).not.toHaveProperty('cluster');
      expect(step?.commands[0]).toMatch(/^kubectl patch applications\.argoproj\.io\/web -n argocd /);
      const report = await reportOf(address);
      expect(report.conflicts.filter(({ workload }) => workload.cluster === undefined)).toEqual([]);
      expect(report.watched).toMatchObject({ workloads: 2, applications: 1, autoscalers: 2 });
      expect(report.risks.filter(({ workload }) => workload.kind === 'Application').length).toBeLessThan(2);
      const labels = { workload: 'web', application: 'web', cluster: 'prod-eu', state: 'confirmed' };
      expect(await metricOf(address, 'tugwatch_conflict_state', labels)).toBe(1);
      expect(await metricOf(address, 'tugwatch_applications_elsewhere')).toBe(0);
      const watch = { cluster: 'prod-eu', resource: 'deployments.apps' };
      expect(await metricOf(address, 'tugwatch_watch_last_contact_timestamp_seconds', watch)).toBeGreaterThan(0);
      expect(await (await fetch(address)).text()).toContain('Deployment shop/web in prod-eu');
      const why = (...flags: readonly string[]) => ask('why', 'shop/web', '--server', address, ...flags);
      for (const flags of [[], ['--cluster', 'prod-eu']]) {
        const { code, stdout } = await why(...flags);
        expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^CONFIRMED .* in prod-eu: /) });
      }
      expect(await why('--cluster', 'in-cluster')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Nothing is known against workload shop\/web: /),
      });
      expect(await why('--cluster', 'prod-us')).toEqual({
        code: 2,
        stdout: '',
        stderr: 'tugwatch: The daemon watches no cluster prod-us: it watches in-cluster and prod-eu.\n',
      });
      const writes = estate.asked.filter(({ verb }) => !['get', 'list', 'watch', ''].includes(verb));
      expect(writes).toEqual([]);
      expect(estate.asked.map(({ resource }) => resource)).not.toContain('applications');

      await estate.spokeDown();
      await eventually('it is told', () => daemon.logged('watch-failed').some(({ level }) => level === 'warn'));
      await eventually('it shows', async () =>
        (await statesOf(address, (name) => name === 'prod-eu')).has('interrupted'),
      );
      const lost = daemon.logged('watch-failed').filter(({ level }) => level === 'warn');
      expect(lost.map(({ resource }) => String(resource)).filter((name) => !name.endsWith(' of prod-eu'))).toEqual([]);
      expect(await statesOf(address, (name) => name !== 'prod-eu')).toEqual(new Set(['watching']));
      expect((await fetch(`${address}/readyz`)).status).toBe(200);
      expect(await confirmedIn(address)).toMatchObject({ id: conflict.id });
      daemon.kill('SIGTERM');
      expect(await daemon.exited).toMatchObject({ code: 0 });
      expect(daemon.logged('conflict-resolved')).toEqual([]);
    }
    await using again = start(estate);
    const address = await addressOf(again);
    await again.said(/"event":"ready"/, 90_000);
    expect(await confirmedIn(address)).toMatchObject({ workload: { cluster: 'prod-eu' } });
    const before = (await confirmedIn(address))?.reversals ?? 0;
    await estate.spokeUp();
    await eventually('it goes on', async () => ((await confirmedIn(address))?.reversals ?? 0) > before);
    expect(again.logged('conflict-resolved')).toEqual([]);
    expect((await reportOf(address)).conflicts).toHaveLength(1);

    await eventually('it knows enough again', async () => (await confirmedIn(address))?.insufficientHistory === false);
    // The kubeconfig is Argo CD's: what is changed is the Application, on the word of the daemon about the other cluster.
    const fixed = await ask(
      ...['fix', 'shop/web', '--server', address, '--cluster', 'prod-eu', '--apply', '--yes'],
      ...['--kubeconfig', estate.kubeconfig],
    );
    expect(fixed).toMatchObject({ code: 0, stderr: '' });
    expect(fixed.stdout).toContain('changed Application argocd/web for Deployment shop/web in prod-eu');
  }, 360_000);

  it('are refused in one sentence where one cannot be meant', async () => {
    const kubeconfig = writeKubeconfig({ server: 'http://127.0.0.1:1', context: 'hub' });
    const said = async (cluster: Readonly<Record<string, string>>) => {
      const config = temporaryPath('clusters.yaml');
      writeFileSync(config, JSON.stringify({ clusters: [cluster] }));
      await using daemon = startDaemonProcess(kubeconfig, '--config', config);
      expect(await daemon.exited).toMatchObject({ code: 2 });
      return daemon.stderr;
    };
    expect(await said({ name: 'prod-eu', kubeconfig: '/nonexistent/eu' })).toContain(
      "cluster prod-eu: the kubeconfig /nonexistent/eu isn't there",
    );
    expect(await said({ name: 'hub', kubeconfig })).toContain("hub is the name of Argo CD's own cluster");
    expect(await said({ name: 'Prod EU', kubeconfig })).toMatch(/clusters.*use small letters/);
  }, 60_000);
});
