import { describe, expect, it } from 'vitest';
import { stabilizationSeconds, ThrashWatch } from '../../src/detect/thrash.ts';
import { WEB, writeOf } from '../support/facts.ts';

/** Swings between `lowest` and 9, `half` seconds up and as long down; the notices at each turn. */
function swing(halves: number, half: number, by = 'hpa:web', lowest = 3): (string | null)[] {
  const watch = new ThrashWatch();
  return Array.from({ length: halves }, (_, i) => {
    const [from, to] = i % 2 === 0 ? [lowest, 9] : [9, lowest];
    return watch.observe(writeOf(by, from ?? 0, to ?? 0, i * half * 1000), null, false)?.message ?? null;
  });
}

describe('an autoscaler that undoes itself', () => {
  it('is told at the third turn, with the window that would hold it', () => {
    const told = swing(5, 30);
    expect(told.map((message) => message !== null)).toEqual([false, false, false, true, true]);
    expect(told.at(-1)).toContain('goes between 3 and 9, a full swing every 1 min');
    expect(told.at(-1)).toContain('stabilizationWindowSeconds: 90 would calm it');
  });

  it('is not told where it follows a load that changes over minutes', () => {
    expect(swing(20, 400).every((message) => message === null)).toBe(true);
  });

  it('is not told of others', () => {
    expect(swing(20, 30, 'human:kubectl').every((message) => message === null)).toBe(true);
  });

  it('is not told where somebody else takes part', () => {
    const watch = new ThrashWatch();
    const told: unknown[] = [];
    for (let i = 0; i < 20; i++) {
      told.push(watch.observe(writeOf('hpa:web', 3, 9, i * 30_000), null, false));
      told.push(watch.observe(writeOf('argocd:web', 9, 3, i * 30_000 + 1), null, false));
    }
    expect(told.every((notice) => notice === null)).toBe(true);
  });

  it('is not told while a conflict over the workload is open, however long the others hold still', () => {
    const watch = new ThrashWatch();
    const turn = (i: number, contested: boolean) =>
      watch.observe(writeOf('keda:worker', i % 2, (i + 1) % 2, i * 20_000), null, contested);
    for (let i = 0; i < 20; i++) expect(turn(i, true)).toBeNull();
    // Turns of the fight do not count for what follows it.
    expect(turn(20, false)).toBeNull();
    expect(turn(21, false)).toBeNull();
  });

  it('is called by its name, with the field where its window stands', () => {
    expect(swing(5, 30).at(-1)).toContain('HPA web thrashes alone');
    expect(swing(5, 30).at(-1)).toContain('; spec.behavior.scaleDown.stabilizationWindowSeconds: 90');
    const keda = swing(5, 30, 'keda:web').at(-1);
    expect(keda).toContain('ScaledObject web thrashes alone');
    expect(keda).toContain(
      '; spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds: 90',
    );
    expect(swing(5, 30, 'keda:web', 0).at(-1)).toContain('; spec.cooldownPeriod: 90 would calm it');
  });

  it('is forgotten with the workload, and when it has been calm', () => {
    const watch = new ThrashWatch();
    for (let i = 0; i < 3; i++)
      watch.observe(writeOf('hpa:web', i % 2 === 0 ? 3 : 9, i % 2 === 0 ? 9 : 3, i * 1000), null, false);
    watch.forget(WEB);
    expect(watch.observe(writeOf('hpa:web', 9, 3, 4_000), null, false)).toBeNull();
    watch.prune(1_000_000);
    expect(watch.observe(writeOf('hpa:web', 3, 9, 1_000_000), null, false)).toBeNull();
  });
});

describe('the window that holds a swing', () => {
  it.each([
    [1, 60],
    [60, 90],
    [80, 120],
    [100_000, 3600],
  ])('of %i s is %i s: steps of 30, between a minute and an hour', (seconds, window) => {
    expect(stabilizationSeconds(seconds)).toBe(window);
  });
});
