import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CheckpointSection, CheckpointSections } from '../../src/daemon/checkpoint-sections.ts';
import { ALONE } from '../../src/daemon/leadership.ts';
import { openCheckpoint } from '../../src/daemon/open-checkpoint.ts';
import { Engine } from '../../src/engine.ts';
import type { WritingClient } from '../../src/kubernetes/client.ts';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { FakeTimers } from '../support/fake-timers.ts';

/** A checkpoint in a file asks no cluster for anything. */
const NO_CLIENT = {} as WritingClient;

/** Keys that were delivered, as an outlet keeps them: restoring merges. */
function delivered(name: string): CheckpointSection & { readonly keys: Set<string> } {
  const keys = new Set<string>();
  return {
    name,
    keys,
    save: () => [...keys],
    restore(value) {
      if (!Array.isArray(value)) throw new Error('it is no list of keys');
      for (const key of value) keys.add(String(key));
    },
  };
}

/** One life of a process: what it was told in its log, and its sections, opened from a file. */
async function live(path: string, ...sections: CheckpointSection[]) {
  const told: string[] = [];
  const destination = { write: (line: string) => told.push((JSON.parse(line) as { msg: string }).msg) };
  const logger = createLogger({ format: 'json', destination });
  const all = new CheckpointSections((message) => logger.warn({ event: 'checkpoint' }, message));
  for (const section of sections) all.add(section);
  const engine = new Engine({ jq: new LazyJqEngine(), requestLens: () => {} });
  const context = { engine, sections: all, logger, timers: new FakeTimers(), leadership: ALONE };
  const settings = { checkpointFile: path, checkpointConfigMap: '' };
  const file = await openCheckpoint(settings, NO_CLIENT, {}, context);
  if (file === null) throw new Error('no checkpoint was opened');
  onTestFinished(() => file.close());
  return { file, told };
}

const place = () => join(mkdtempSync(join(tmpdir(), 'tugwatch-sections-')), 'checkpoint.json');

describe('the sections of a checkpoint', () => {
  it('come back in the next life, merged with what is there already', async () => {
    const path = place();
    const events = delivered('events');
    const first = await live(path, events, delivered('messages'));
    events.keys.add('a');
    expect(await first.file.save()).toBe(true);

    const later = delivered('events');
    later.keys.add('b');
    await live(path, later, delivered('messages'));
    expect([...later.keys].sort()).toEqual(['a', 'b']);
  });

  it('cost one warning and only themselves when they cannot be read', async () => {
    const path = place();
    const events = delivered('events');
    const messages: CheckpointSection = { name: 'messages', save: () => 7, restore: () => {} };
    const first = await live(path, events, messages);
    events.keys.add('a');
    await first.file.save();

    const later = delivered('events');
    const { told } = await live(path, delivered('messages'), later);
    expect([...later.keys]).toEqual(['a']);
    expect(told.filter((line) => line.includes('messages'))).toEqual([
      'messages of the checkpoint cannot be read and is left out: it is no list of keys',
    ]);
  });

  it('are kept for the version that knows them', async () => {
    const path = place();
    const pages = delivered('pages');
    pages.keys.add('p');
    await (await live(path, pages)).file.save();
    await (await live(path, delivered('events'))).file.save();
    const again = delivered('pages');
    await live(path, again);
    expect([...again.keys]).toEqual(['p']);
  });

  it('are left out, and said to be, when they cannot be saved: the others are', async () => {
    const path = place();
    const broken: CheckpointSection = {
      name: 'messages',
      restore: () => {},
      save() {
        throw new Error('out of order');
      },
    };
    const events = delivered('events');
    events.keys.add('a');
    const { file, told } = await live(path, broken, events);
    await file.save();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ sections: { events: ['a'] } });
    expect(told).toEqual(['the checkpoint goes without messages: out of order']);
  });

  it.each([[null], [7], [[]], [{ sections: { events: ['a'] } }], [{ schema: 'tugwatch.checkpoint', sections: ['a'] }]])(
    'are not looked for in %j',
    (stored) => {
      const events = delivered('events');
      const sections = new CheckpointSections((message) => {
        throw new Error(message);
      });
      sections.add(events);
      sections.restore(stored);
      expect(events.keys.size).toBe(0);
    },
  );

  it('have names of their own', () => {
    const sections = new CheckpointSections(() => {});
    sections.add(delivered('events'));
    expect(() => sections.add(delivered('events'))).toThrow('two checkpoint sections are named events');
  });
});
