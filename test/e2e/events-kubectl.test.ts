import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { REASONS } from '../../src/outlets/kubernetes-events.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { HAS_KUBECTL } from '../support/install-manifests.ts';
import { startLiveFight } from '../support/live-cluster.ts';

const run = promisify(execFile);

describe('Events about a fight', () => {
  it.skipIf(!HAS_KUBECTL)(
    'show in kubectl describe and kubectl events (skipped where there is no kubectl)',
    async () => {
      await using fight = await startLiveFight();
      const client = await createClient({ version: 'test', env: {}, kubeconfig: fight.kubeconfig });
      const config = loadConfig({ env: {}, flags: { host: '127.0.0.1', port: 0, events: 'verdicts' } });
      const logger = createLogger({ format: 'json', level: 'silent' });
      const daemon = await startDaemon({ config, client, logger });
      const kubectl = async (...args: string[]) =>
        (await run('kubectl', ['--kubeconfig', fight.kubeconfig, ...args])).stdout;
      try {
        const about =
          /Warning +SyncConflictConfirmed .*tugwatch\.dev\/tugwatch +.*HPA web .* fight over \/spec\/replicas/;
        const shown = (...args: string[]) =>
          eventually(args.join(' '), async () => about.test(await kubectl(...args)), 60_000);
        await shown('describe', 'deployment', 'web', '-n', 'shop');
        await shown('describe', 'applications.argoproj.io', 'web', '-n', 'argocd');
        expect(await kubectl('events', '-n', 'shop', '--types=Warning')).toMatch(
          /Warning +SyncConflictConfirmed +Deployment\/web +HPA web/,
        );
        const related = ['get', 'events', '-n', 'argocd', '-o', 'json'];
        const { items } = JSON.parse(await kubectl(...related)) as { items: Record<string, unknown>[] };
        expect(items.find(({ reason }) => reason === 'SyncConflictConfirmed')).toMatchObject({
          involvedObject: { kind: 'Application', name: 'web', uid: expect.stringMatching(/.+/) },
          related: { kind: 'Deployment', namespace: 'shop', name: 'web', uid: expect.stringMatching(/.+/) },
          reportingComponent: 'tugwatch.dev/tugwatch',
        });
      } finally {
        await daemon.stop();
        await client.close();
      }
    },
    150_000,
  );

  it('have reasons that docs/events.md explains', () => {
    const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
    for (const reason of [...Object.values(REASONS), 'RemedyApplied']) expect(page).toContain(`| \`${reason}\` |`);
  });
});
