/** More and larger than people have: it is listed, judged and served all the same. Measured elsewhere, not asserted. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { writeKubeconfig } from '../support/kubeconfigs.ts';
import { startLargeCluster } from '../support/large-cluster.ts';
import { stepsAside, threadsOf } from '../support/threads.ts';
import { addressOf, metricOf, reportOf, startDaemonProcess } from '../support/tugwatch-process.ts';

const kubeconfigOf = (server: string) => writeKubeconfig({ server, cluster: { 'insecure-skip-tls-verify': true } });

describe('tugwatch run against a large cluster', () => {
  it('lists ten thousand workloads and Applications, some of a megabyte, and answers on every path', async () => {
    const workloads = 10_000;
    await using cluster = await startLargeCluster({
      workloads,
      large: { every: 100, resources: 3_000 },
      streams: true,
    });
    await using daemon = startDaemonProcess(kubeconfigOf(cluster.url));
    const address = await addressOf(daemon);
    await eventually('it is ready', () => daemon.logged('ready').length === 1, 40_000);
    expect(daemon.logged('ready')[0]).toMatchObject({ workloads, applications: workloads });
    expect(daemon.log().filter((line) => line['level'] !== 'info')).toEqual([]);
    const report = await reportOf(address);
    expect(report.risks.filter((risk) => risk.rule === 'TW101')).toHaveLength(workloads / 2);
    // Far more than may have series of their own: the number is capped, and what is left out is counted.
    const metrics = await (await fetch(`${address}/metrics`)).text();
    expect(metrics.match(/^tugwatch_risk\{/gm)).toHaveLength(500);
    expect(await metricOf(address, 'tugwatch_series_dropped_total', { scope: 'risk' })).toBeGreaterThan(0);
    for (const path of ['/', '/livez', '/readyz']) expect((await fetch(address + path)).status).toBe(200);
    // They look through the heap, which takes longer the larger the cluster is.
    if (process.platform === 'linux')
      await eventually('helpers give way', () => stepsAside(threadsOf(daemon.pid)).every((steps) => steps > 0));
    daemon.kill('SIGTERM');
    expect(await daemon.exited).toEqual({ code: 0, signal: null });
  }, 55_000);

  it.each([
    ['in smaller pages', false],
    ['one by one where lists come in a stream', true],
  ])(
    'lists Applications of which a page of five hundred would fill the memory, %s',
    async (_how, streams) => {
      const workloads = 60;
      // 60 MB in all: more than one page may have.
      await using cluster = await startLargeCluster({ workloads, large: { every: 1, resources: 5_000 }, streams });
      await using daemon = startDaemonProcess(kubeconfigOf(cluster.url), '--log-level', 'debug');
      await eventually('it is ready', () => daemon.logged('ready').length === 1, 40_000);
      expect(daemon.logged('ready')[0]).toMatchObject({ workloads, applications: workloads });
      const listed = daemon.logged('watch-listed').find((line) => line['resource'] === 'applications.argoproj.io');
      expect(listed).toMatchObject({ objects: workloads });
      if (streams) expect(listed).toMatchObject({ pages: 0 });
      else expect(Number(listed?.['pages'])).toBeGreaterThan(1);
    },
    55_000,
  );
});
