import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RuleFile } from '../../scripts/score/alerts/read-rules.ts';
import { readExpectations } from '../../scripts/score/expectation.ts';
import { evaluatePeers, type PeerScore, renderPeers, scorePeers } from '../../scripts/score/peers.ts';
import { parseExpression } from '../../scripts/score/promql/parse.ts';
import { noRecordings } from '../support/recordings.ts';

const folder = fileURLToPath(new URL('../../../shared/recordings', import.meta.url));

function rulesOf(expressions: Readonly<Record<string, string>>): RuleFile {
  const rules = Object.entries(expressions).map(([alert, expr]) => ({
    alert,
    expression: parseExpression(expr),
    holdFor: 0,
    interval: 30_000,
  }));
  return { rules, refused: [] };
}

function expectationsOf(...names: readonly string[]) {
  return new Map([...readExpectations(folder)].filter(([name]) => names.includes(name)));
}

describe.skipIf(noRecordings)('the rules of today on the recordings', () => {
  it('find the textbook fight late by its flapping, sooner by its syncs, and cry wolf about an HPA alone', async () => {
    const { scores } = await evaluatePeers(
      folder,
      rulesOf({
        Flap: 'changes(kube_deployment_spec_replicas[30m]) > 4',
        Syncs: 'sum by (name) (increase(argocd_app_sync_total[30m])) > 4',
      }),
      expectationsOf('grokdevops', 'hpa-thrash'),
    );
    expect(scores).toMatchObject([
      { name: 'Flap', found: 1, fights: 1, wolves: ['hpa-thrash'], says: 'no, only deployment, namespace' },
      { name: 'Syncs', found: 1, fights: 1, wolves: [], says: 'no, only name' },
    ]);
    const [flap, syncs] = scores.map(({ delaysMs }) => delaysMs[0] ?? Number.NaN);
    expect(flap).toBeGreaterThan(3 * 60_000);
    expect(syncs).toBeGreaterThan(20_000);
    expect(syncs).toBeLessThan(120_000);
  });

  it('leave out the union of all recordings', async () => {
    const rules = rulesOf({ Syncs: 'sum by (name) (increase(argocd_app_sync_total[30m])) > 4' });
    const { scores } = await evaluatePeers(folder, rules, expectationsOf('window', 'cluster'));
    expect(scores).toMatchObject([{ fights: 1, found: 0 }]);
  });

  it('are not scored, with the reason, where they read what is not derived or cannot be evaluated', async () => {
    const { scores, refused } = await evaluatePeers(
      folder,
      rulesOf({
        Pods: 'changes(kube_pod_info[5m]) > 4',
        Twins: 'kube_deployment_spec_replicas > on () argocd_app_info and on (none) argocd_app_info',
        Fine: 'kube_deployment_spec_replicas > 100',
      }),
      expectationsOf('shared'),
    );
    expect(scores.map(({ name }) => name)).toEqual(['Fine']);
    expect(refused).toMatchObject([
      { alert: 'Pods', reason: 'it reads kube_pod_info, which is not derived from recordings.' },
      { alert: 'Twins', reason: expect.stringMatching(/^over the recording shared, several series on the right of >/) },
    ]);
  });

  it('say in one sentence that there are none beside the recordings', async () => {
    expect(await scorePeers('/nowhere/recordings', new Map())).toBe(
      'peers: not scored: there is no rule file at /nowhere/peers/rules.yml.\n',
    );
  });
});

describe('the table of peers', () => {
  const silent: PeerScore = { name: 'Silent', found: 0, fights: 3, wolves: [], delaysMs: [], says: 'no' };

  it('shows median and longest delay, names whom a rule cried wolf on, and lists the rules left out', () => {
    const text = renderPeers(
      [
        { ...silent, name: 'Loud', found: 3, wolves: ['a', 'b'], delaysMs: [300_000, 1_200, 60_000] },
        silent,
        { ...silent, name: 'Blind', found: 1 },
      ],
      [{ alert: 'Odd', reason: 'it is odd.' }],
    );
    expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['rule', 'found', 'delay: median, longest', 'says who, what, how', 'cried wolf on'],
      ['Loud', '3/3', '60 s, 5.0 min', 'no', '2: a, b'],
      ['Silent', '0/3', 'never', 'no', '0'],
      ['Blind', '1/3', '-, -', 'no', '0'],
      ['Odd is not scored: it is odd.'],
      [''],
    ]);
  });
});
