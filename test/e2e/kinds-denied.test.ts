/** A cluster that does not serve every kind, or does not let every kind be seen. */
import { describe, expect, it } from 'vitest';
import type { KindInfo } from '../../src/embedded/kinds.ts';
import { startDaemonHere } from '../support/daemon-in-process.ts';
import { eventually } from '../support/eventually.ts';
import { startLiveFight } from '../support/live-cluster.ts';
import { addressOf, metricOf, reportOf, startDaemonProcess } from '../support/tugwatch-process.ts';

const isArgo = (info: KindInfo) => info.group === 'argoproj.io';
const stateOf = async (address: string, resource: string) =>
  (await reportOf(address)).health?.watches.find((one) => one.resource === resource)?.state;

describe.concurrent('tugwatch run', () => {
  it('says once that Argo CD is not installed, and judges the writes it sees all the same', async () => {
    await using live = await startLiveFight({ serves: (info) => !isArgo(info) });
    await using daemon = startDaemonProcess(live.kubeconfig);
    const address = await addressOf(daemon);
    await eventually('it is ready', async () => (await fetch(`${address}/readyz`)).status === 200);
    const conflict = await eventually('a fight', async () => (await reportOf(address)).conflicts[0]);
    expect(conflict).toMatchObject({ workload: { name: 'web' }, field: '/spec/replicas', application: null });
    const told = daemon.logged('watch-unavailable').map(({ resource }) => resource);
    expect(told.sort()).toEqual([
      'applications.argoproj.io',
      'applicationsets.argoproj.io',
      'appprojects.argoproj.io',
      'rollouts.argoproj.io',
    ]);
    expect(await stateOf(address, 'applications.argoproj.io')).toBe('absent');
    expect(
      await metricOf(address, 'tugwatch_watch_state', { resource: 'applications.argoproj.io', state: 'absent' }),
    ).toBe(1);
  });

  it('says which right is missing, is not ready without it, and keeps the sight of all other kinds', async () => {
    await using live = await startLiveFight({ allows: (_verb, info) => info.plural !== 'horizontalpodautoscalers' });
    await using daemon = startDaemonProcess(live.kubeconfig);
    const address = await addressOf(daemon);
    await eventually('a fight', async () =>
      (await reportOf(address)).conflicts.some((one) => one.state === 'confirmed'),
    );
    const probe = await fetch(`${address}/readyz`);
    expect(probe.status).toBe(503);
    expect(await probe.text()).toContain('RBAC denies horizontalpodautoscalers.autoscaling: grant get, list and watch');
    expect(daemon.logged('watch-unavailable')).toHaveLength(1);
    expect(await stateOf(address, 'deployments.apps')).toBe('watching');
  });

  it('looks again after minutes, and goes on as if nothing had been when Argo CD is there and the right is granted', async () => {
    const granted = { value: false };
    await using live = await startLiveFight({
      serves: (info) => granted.value || !isArgo(info),
      allows: (_verb, info) => granted.value || info.plural !== 'horizontalpodautoscalers',
    });
    await using rig = await startDaemonHere(live.server().url);
    const { daemon, timers } = rig;
    await eventually('five kinds wait to be asked for again', () => timers.waiting === 5);
    timers.passMinutes();
    await eventually('they were denied again', () => timers.waiting === 5);
    expect(rig.logged('watch-unavailable')).toHaveLength(5);
    expect(rig.logged('ready')).toEqual([]);
    granted.value = true;
    timers.passMinutes();
    await daemon.whenReady();
    const fight = () =>
      daemon.report().conflicts.some((one) => one.application?.name === 'web' && one.state === 'confirmed');
    await eventually('the fight, with its Application', fight);
    expect(daemon.report().health?.watches.filter((one) => one.state !== 'watching')).toEqual([]);
    expect(rig.logged('conflict-resolved')).toEqual([]);
  });
});
