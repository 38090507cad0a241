/** `npm start`: what somebody sees who has just cloned the repository. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/report/schema.ts';
import { eventually } from '../support/eventually.ts';
import { addressOf, metricOf, reportOf, TugwatchProcess } from '../support/tugwatch-process.ts';

const WEB = { workload: 'web', workload_namespace: 'shop', field: '/spec/replicas' };

describe.concurrent('tugwatch demo', () => {
  it('prints one address and shows there, within 30 s, a fight that is seen, named and explained', async () => {
    const began = performance.now();
    await using demo = new TugwatchProcess(['demo', '--port', '0']);
    const address = await addressOf(demo);
    await demo.said(
      /conflict confirmed: HPA web .* and Argo CD Application web .* over \/spec\/replicas of Deployment shop\/web/,
    );
    await eventually('confirmed in the metrics', async () => {
      const value = await metricOf(address, 'tugwatch_conflict_state', { ...WEB, state: 'confirmed' });
      return value === 1;
    });
    const conflict = (await reportOf(address)).conflicts.find((one) => one.workload.name === 'web');
    expect(conflict).toMatchObject({
      kind: 'replicas',
      field: '/spec/replicas',
      state: 'confirmed',
      application: { namespace: 'argocd', name: 'web' },
    });
    expect(conflict?.contenders.map(({ kind }) => kind).sort()).toEqual(['argocd', 'hpa']);
    expect(conflict?.remedy.steps.map(({ id }) => id)).toContain('stop-now');
    const page = await (await fetch(`${address}/`)).text();
    expect(page).toContain('shop/web');
    expect(page).toContain('/spec/replicas');
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect((await fetch(`${address}/livez`)).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(demo.stdout.match(/http:/g)).toHaveLength(1);

    demo.kill('SIGINT');
    const interrupted = performance.now();
    expect(await demo.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - interrupted).toBeLessThan(3_000);
    await expect(fetch(address)).rejects.toThrow();
  });

  it('ends the fight with the very patch it prints when it is asked to, and says so', async () => {
    await using demo = new TugwatchProcess(['demo', '--port', '0', '--end']);
    const address = await addressOf(demo);
    await demo.said(/a person does what the remedy says: kubectl patch/, 50_000);
    await demo.said(/conflict resolved: Deployment shop\/web .*/, 30_000);
    const web = (await reportOf(address)).conflicts.find((one) => one.workload.name === 'web');
    expect(web).toMatchObject({ state: 'resolved', resolution: 'rule-added' });
    demo.kill('SIGTERM');
    const told = performance.now();
    expect(await demo.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - told).toBeLessThan(10_000);
  }, 58_000);

  it('prints the report and ends with --once', async () => {
    await using demo = new TugwatchProcess(['demo', '--port', '0', '--once']);
    expect((await demo.exited).code).toBe(0);
    const { conflicts } = reportSchema.parse(JSON.parse(demo.stdout));
    expect(conflicts.filter((one) => one.state === 'confirmed')).not.toEqual([]);
  });

  it('says in one sentence that the port somebody asked for is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as AddressInfo;
    await using demo = new TugwatchProcess(['demo', '--port', String(port)]);
    expect((await demo.exited).code).toBe(2);
    expect(demo.stderr.trim()).toBe(
      `tugwatch: port ${port} of 127.0.0.1 is in use by another program: stop it, or choose another port`,
    );
    squatter.close();
  });

  it('takes a free port where nobody asked for one and 8080 is taken', async () => {
    const squatter = createServer();
    // Taken by us or by whoever was first: either way the demo cannot have it.
    await new Promise<void>((resolve) => {
      squatter.once('error', () => resolve());
      squatter.listen(8080, '127.0.0.1', () => resolve());
    });
    await using demo = new TugwatchProcess(['demo']);
    const address = await addressOf(demo);
    expect(address).not.toMatch(/:8080$/);
    expect((await fetch(`${address}/livez`)).status).toBe(200);
    demo.kill('SIGINT');
    expect((await demo.exited).code).toBe(0);
    squatter.close();
  });
});
