import { afterEach, expect, it } from 'vitest';
import { type Demo, demoScenario } from '../../src/embedded/demo-scenario.ts';
import { numberAt, textAt } from '../../src/embedded/json.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import { findReversals, type LedgerWrite, WriteLedger } from '../../src/embedded/write-ledger.ts';

const DEPLOYMENT = kindOf('apps/v1', 'Deployment');
let demo: Demo | undefined;

afterEach(() => demo?.stop());

const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const isArgo = (actor: string) => actor.startsWith('argocd/');
const isHpa = (actor: string) => actor.startsWith('hpa/');

/** Resolves at the first write for which `holds`. */
function until(running: Demo, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = running.cluster.store.subscribe(() => {
      if (!holds()) return;
      end();
      resolve();
    });
  });
}

it('fights over web in real time, and ends when the person repairs the Application', async () => {
  // Ten times the pace of the demo: the test is over in two seconds.
  const running = demoScenario({ pace: 50 });
  demo = running;
  const ledger = new WriteLedger(running.cluster.store);
  ledger.keep(web, '/spec/replicas');
  const writes = () => ledger.writes(web, '/spec/replicas');
  const reversals = (all: readonly LedgerWrite[]) => findReversals(all, isArgo, isHpa);
  await until(running, () => reversals(writes()).length >= 2);
  expect(running.now() - Date.now()).toBeLessThan(50);
  running.endTheFight();
  const repairedAt = running.now();
  await until(running, () => {
    const live = running.cluster.store.get(DEPLOYMENT, 'shop', 'web');
    return numberAt(0, live?.spec, 'replicas') === 9 && textAt(live?.metadata, 'name') === 'web';
  });
  await until(running, () => running.now() - repairedAt > 500);
  expect(reversals(writes()).filter((reversal) => reversal.at > repairedAt + 150)).toEqual([]);
});
