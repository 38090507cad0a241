import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { type Daemon, startDaemon } from '../../src/daemon/daemon.ts';
import { type Demo, demoScenario } from '../../src/embedded/demo-scenario.ts';
import { type ApiServer, startApiServer } from '../../src/embedded/http/api-server.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import type { Observation } from '../../src/model/observations.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

const run = promisify(execFile);

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    // Said in the title of the test, so that a skip is not silent.
    return false;
  }
}

/** Resolves with the first observation that is meant; the test's own timeout is the deadline. */
class Observations {
  readonly #seen: Observation[] = [];
  #waiting: { readonly meant: (one: Observation) => boolean; readonly resolve: () => void }[] = [];

  take(observation: Observation): void {
    this.#seen.push(observation);
    const met = this.#waiting.filter(({ meant }) => meant(observation));
    this.#waiting = this.#waiting.filter((one) => !met.includes(one));
    for (const { resolve } of met) resolve();
  }

  first(meant: (one: Observation) => boolean): Promise<void> {
    if (this.#seen.some(meant)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ meant, resolve }));
  }
}

const about = (name: string, to: string) => (one: Observation) =>
  one.type === 'transition' && one.transition.to === to && one.transition.conflict.workload.name === name;

describe.skipIf(!hasKubectl())(
  'the remedy of a fight on the embedded cluster, done by a real kubectl (skipped where there is none)',
  () => {
    const observations = new Observations();
    let scene: Demo;
    let server: ApiServer;
    let client: Awaited<ReturnType<typeof createClient>>;
    let daemon: Daemon;
    let kubeconfig: string;

    beforeAll(async () => {
      scene = demoScenario();
      server = await startApiServer({ store: scene.cluster.store, now: scene.now });
      kubeconfig = join(mkdtempSync(join(tmpdir(), 'tugwatch-kubectl-')), 'kubeconfig');
      writeFileSync(kubeconfig, server.kubeconfig);
      client = await createClient({ version: 'test', server: server.url });
      daemon = await startDaemon({
        config: configSchema.parse({ host: '127.0.0.1', port: 0 }),
        client,
        logger: createLogger({ format: 'json', level: 'silent' }),
        onObservation: (observation) => observations.take(observation),
      });
    });

    afterAll(async () => {
      await daemon.stop();
      await client.close();
      await server.close();
      scene.stop();
    });

    it('ends the fight: what is printed works when pasted, twice changes nothing more, and the verdict says rule-added', async () => {
      await observations.first(about('web', 'confirmed'));
      const conflict = daemon.report().conflicts.find((one) => one.workload.name === 'web');
      const step = conflict?.remedy.steps.find((one) => one.where === 'live');
      const command = step?.commands.find((one) => one.startsWith('kubectl patch'));
      const shell = (text: string) => run('sh', ['-c', text], { env: { ...process.env, KUBECONFIG: kubeconfig } });

      expect((await shell(command ?? 'false')).stdout).toBe('application.argoproj.io/web patched\n');

      // A test operation may refuse the second paste; what it must not do is add anything twice.
      await shell(command ?? 'false').catch(() => {});
      await observations.first(about('web', 'resolved'));
      const after = daemon.report().conflicts.find((one) => one.workload.name === 'web');
      expect(after).toMatchObject({ id: conflict?.id, state: 'resolved', resolution: 'rule-added' });
      const verified = await shell(conflict?.remedy.verify.command ?? 'false');
      expect(JSON.parse(verified.stdout)).toMatchObject([
        { group: 'apps', kind: 'Deployment', name: 'web', jsonPointers: ['/spec/replicas'] },
      ]);
      const app = JSON.parse((await shell('kubectl get applications.argoproj.io/web -n argocd -o json')).stdout);
      expect(app.spec.syncPolicy.syncOptions).toEqual(['RespectIgnoreDifferences=true']);
      expect(app.spec.syncPolicy.automated).toMatchObject({ selfHeal: true });
    }, 60_000);
  },
);
