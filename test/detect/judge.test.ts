import { describe, expect, it } from 'vitest';
import { judgeReversal, makesLoop, ownerOf, type ReversalContext } from '../../src/detect/judge.ts';
import type { Block, Reversal } from '../../src/detect/tracks.ts';
import type { Protection } from '../../src/rules/protection.ts';
import { applicationFact, healOf, writeOf, writerOf } from '../support/facts.ts';

const OPEN: Protection = { inDiff: false, inSync: false, covering: [], failing: [], comparisonBroken: false };
const IGNORED = { ...OPEN, inDiff: true };
const PROTECTED = { ...IGNORED, inSync: true };
const HEALS = applicationFact({ syncPolicy: { automated: { selfHeal: true } } });
const MANUAL = applicationFact();
const DEPLOY = healOf({ kind: 'revision', newRevision: true, resources: [] });
const BY_HAND = healOf({ kind: 'manual', resources: [] });

function reversal(by: string, more: Partial<Reversal> & { gap?: boolean } = {}): Reversal {
  const writer = writerOf(by);
  const undone: Block = { key: by, writer, from: 3, to: 6, startedAt: 0, lastAt: 0, gap: more.gap ?? false };
  return { at: 1, write: writeOf('argocd:web', 6, 3, 1), undone, restores: true, ...more };
}

function judged(over: Reversal, context: Partial<ReversalContext>): string {
  const judgement = judgeReversal(over, {
    application: HEALS,
    heal: healOf(),
    protection: OPEN,
    final: false,
    ...context,
  });
  return 'deploy' in judgement ? `${judgement.verdict} ${judgement.deploy ? 'deploy' : 'sync'}` : judgement.verdict;
}

describe('what a revert means', () => {
  it.each<[string, string, Reversal, Partial<ReversalContext>]>([
    ['a self-heal over an HPA with nothing in between is proof', 'proven', reversal('hpa:web'), {}],
    ['a self-heal over KEDA is proof', 'proven', reversal('keda:web'), {}],
    ['a self-heal over another Application is proof', 'proven', reversal('argocd:blue'), {}],
    ['a commit over an HPA, with self-heal on, is the same fight', 'proven', reversal('hpa:web'), { heal: DEPLOY }],
    ['a self-heal over a person counts', 'counts', reversal('human:kubectl'), {}],
    ['a self-heal over a controller counts', 'counts', reversal('controller:pykube-ng'), {}],
    [
      'a commit over a controller, with self-heal on, counts',
      'counts',
      reversal('controller:pykube-ng'),
      { heal: DEPLOY },
    ],
    ['a self-heal that came over an ignored field counts', 'counts', reversal('hpa:web'), { protection: IGNORED }],
    [
      'a self-heal over a protected field wrote a stale value',
      'stale-value sync',
      reversal('hpa:web'),
      { protection: PROTECTED },
    ],
    [
      'a deploy over a protected field wrote a stale value',
      'stale-value deploy',
      reversal('hpa:web'),
      { protection: PROTECTED, heal: DEPLOY },
    ],
    [
      'a deploy over an ignored field resets',
      'reset-on-sync deploy',
      reversal('hpa:web'),
      { protection: IGNORED, heal: DEPLOY },
    ],
    [
      'a deploy without self-heal resets',
      'reset-on-sync deploy',
      reversal('hpa:web'),
      { application: MANUAL, heal: DEPLOY },
    ],
    ['a manual sync of the same revision resets', 'reset-on-sync sync', reversal('hpa:web'), { heal: BY_HAND }],
    [
      'a manual sync that goes on is not decided: its revision is not known',
      'undecided',
      reversal('hpa:web'),
      { heal: healOf({ ...BY_HAND, endSeenAt: null }) },
    ],
    ['no operation seen yet: not decided', 'undecided', reversal('hpa:web'), { heal: undefined }],
    ['no operation to come any more: counts', 'counts', reversal('hpa:web'), { heal: undefined, final: true }],
    ['no Application: counts', 'counts', reversal('hpa:web'), { application: undefined }],
    ['versions were missed: counts, and proves nothing', 'counts', reversal('hpa:web', { gap: true }), {}],
    ['another value, by a self-heal: it undoes by what it is', 'proven', reversal('hpa:web', { restores: false }), {}],
    [
      'another value, by a deploy: nothing was undone',
      'no-reversal',
      reversal('hpa:web', { restores: false }),
      { heal: DEPLOY },
    ],
    [
      'another value, by nobody knows what: nothing was undone',
      'no-reversal',
      reversal('hpa:web', { restores: false }),
      { heal: undefined, final: true },
    ],
    [
      'another writer than Argo CD: counts',
      'counts',
      reversal('hpa:web', { write: writeOf('human:kubectl', 6, 3, 1) }),
      {},
    ],
  ])('%s', (_, verdict, over, context) => {
    expect(judged(over, context)).toBe(verdict);
  });
});

describe('a judgement', () => {
  it.each([
    [{ verdict: 'proven', because: '' }, true],
    [{ verdict: 'counts' }, true],
    [{ verdict: 'reset-on-sync', deploy: false }, true],
    [{ verdict: 'reset-on-sync', deploy: true }, false],
    [{ verdict: 'stale-value', deploy: false }, true],
    [{ verdict: 'stale-value', deploy: true }, false],
    [{ verdict: 'no-reversal' }, false],
  ] as const)('%j says that there may be a loop: %s', (judgement, loop) => {
    expect(makesLoop(judgement)).toBe(loop);
  });
});

describe('who needs protection', () => {
  it('is the writer that was undone, with the subresource it wrote through', () => {
    expect(ownerOf(reversal('hpa:web').undone)).toMatchObject([
      { manager: 'kube-controller-manager', subresource: 'scale' },
    ]);
    expect(ownerOf(reversal('controller:pykube-ng').undone)).toMatchObject([{ manager: 'pykube-ng', subresource: '' }]);
    expect(ownerOf(reversal('unknown:').undone)).toEqual([]);
  });
});
