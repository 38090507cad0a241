/**
 * A rolling upgrade and a step back: each version reads the checkpoint of the one before it and of the one after it, and
 * the report of a newer daemon. test/fixtures/checkpoints has one as each version wrote it, and one as a version might
 * that does not exist: with fields, sections, kinds and notices that are not known yet.
 */
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { keepSound } from '../../src/daemon/checkpoint-schema.ts';
import { CheckpointSections } from '../../src/daemon/checkpoint-sections.ts';
import { CHECKPOINT_VERSION } from '../../src/detect/checkpoint.ts';
import { Engine } from '../../src/engine.ts';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Report } from '../../src/report/schema.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';
import { TugwatchProcess } from '../support/tugwatch-process.ts';

const FOLDER = 'test/fixtures/checkpoints';
const read = (name: string) => JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'));

/** A fresh detector with what is stored, as the daemon restores it. */
function takeOver(stored: unknown) {
  const engine = new Engine({ jq: new LazyJqEngine(), requestLens: () => {} });
  const { checkpoint, dropped } = keepSound(stored);
  const refused = engine.pipeline.detector.restore(checkpoint);
  return { detector: engine.pipeline.detector, refused, dropped };
}

const WEB = {
  id: '1607d2f8c278',
  kind: 'replicas',
  workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
  state: 'confirmed',
  reversals: 1,
  contenders: [{ kind: 'hpa' }, { kind: 'argocd' }],
};

const versions = globSync('*.json', { cwd: FOLDER }).filter((file) => file !== 'future.json');

it.each(versions)('takes over the conflicts that %s left, whole', (file) => {
  const { detector, refused, dropped } = takeOver(read(file.replace('.json', '')));
  expect({ refused, dropped }).toEqual({ refused: null, dropped: 0 });
  expect(detector.conflicts()).toMatchObject([WEB]);
});

it('takes over from the next version what it understands, and counts what it does not', () => {
  const future = read('future');
  expect(future.version).toBe(CHECKPOINT_VERSION + 1);
  const { detector, refused, dropped } = takeOver(future);
  expect(refused).toBeNull();
  expect(detector.conflicts()).toMatchObject([WEB]);
  // The conflict of a kind that is not known yet; a notice of an unknown kind is text, and is kept.
  expect(dropped).toBe(1);
});

it('keeps the sections of the next version as they are, so that going forward again loses nothing', () => {
  const warned: string[] = [];
  const sections = new CheckpointSections((message) => warned.push(message));
  const future = read('future');
  sections.restore(future);
  expect(sections.save()).toMatchObject({ 'of-tomorrow': future.sections['of-tomorrow'] });
  expect(warned).toEqual([]);
});

it('refuses a version that is further away in one sentence, and starts without history', () => {
  const { detector, refused } = takeOver({ ...read('future'), version: CHECKPOINT_VERSION + 2 });
  expect(refused).toMatch(/version 3, and this is version 1/);
  expect(detector.conflicts()).toEqual([]);
});

/** The same with a field more in every object. */
function grown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(grown);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, grown(member)] as const);
  return { ...Object.fromEntries(members), ofTomorrow: { more: [1, null] } };
}

it.skipIf(noRecordings)('reads the report of a newer daemon, which has more fields everywhere', async () => {
  await using replay = new TugwatchProcess(['replay', recordingPath('legacy'), '--output', 'json']);
  await replay.exited;
  const report = JSON.parse(replay.stdout) as Report;
  const [conflict] = report.conflicts;

  const server = createServer((_, answer) => answer.end(JSON.stringify(grown(report))));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const { port } = server.address() as AddressInfo;
    const { namespace = '', name = '' } = conflict?.workload ?? {};
    await using why = new TugwatchProcess(['why', `${namespace}/${name}`, '--server', `http://127.0.0.1:${port}`]);
    expect(await why.exited).toMatchObject({ code: 0 });
    expect(why.stdout).toContain(name);
    expect(why.stderr).toBe('');
  } finally {
    server.close();
  }
});
