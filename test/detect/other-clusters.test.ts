/** Hub and spoke: an Application heals in another cluster, and here there is an object of the same name. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { RawObject } from '../support/cluster.ts';
import type { Path } from '../support/live-object.ts';
import type { Scene } from '../support/stage.ts';
import { Story } from '../support/story.ts';
import { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();
const CHECKOUT: Path = ['data', 'checkout'];

/** The same tape, but that every Application deploys into another cluster. */
function elsewhere(tape: readonly Scene[]): Scene[] {
  return tape.map((scene) => {
    if (scene.type !== 'seen' || scene.raw['kind'] !== 'Application') return scene;
    const spec = scene.raw['spec'] as RawObject;
    const destination = { ...(spec['destination'] as RawObject), server: 'https://prod.example:6443' };
    return { ...scene, raw: { ...scene.raw, spec: { ...spec, destination } } };
  });
}

function loop(): Story {
  const story = new Story({ hpa: false });
  const metadata = { name: 'flags', namespace: 'shop', uid: 'uid-flags' };
  const flags = story.object({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, [[CHECKOUT, 'old']]);
  for (let round = 0; round < 8; round++)
    story.controllerWrites('operator', flags, CHECKOUT, 'new').argoHeals().after(60);
  return story;
}

describe('heals in another cluster', () => {
  it('open no lens here, and are no conflict here', () => {
    const { tape } = loop();
    const here = new Watcher(jq).watch(tape);
    expect(here.lensRequests.length).toBeGreaterThan(0);
    expect(here.detector.conflicts()).toHaveLength(1);
    const there = new Watcher(jq).watch(elsewhere(tape));
    expect(there.lensRequests).toEqual([]);
    expect(there.detector.conflicts()).toEqual([]);
  });

  it('are not what writes to the object of the same name here', () => {
    const story = new Story();
    for (let round = 0; round < 6; round++) story.hpaScales(6).argoHeals().after(60);
    expect(new Watcher(jq).watch(story.tape).conflict()).toMatchObject({ application: { name: 'web' } });
    const there = new Watcher(jq).watch(elsewhere(story.tape));
    expect(there.detector.conflicts().filter(({ application }) => application !== null)).toEqual([]);
    expect(there.detector.contestedCounts().filter(({ application }) => application !== null)).toEqual([]);
  });
});
