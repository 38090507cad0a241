import { describe, expect, it } from 'vitest';
import { formatLine } from '../../src/recording/format.ts';
import { noRecordings, recordingPath, recordingText } from '../support/recordings.ts';
import { brief, changesOf, fileOf, line, textOf } from './lines.ts';

describe('several files', () => {
  it('are one stream, in order of time', async () => {
    const one = fileOf(textOf({ s: 0, replicas: 1 }, { s: 3, replicas: 4 }));
    const two = fileOf(textOf({ s: 1, replicas: 2 }, { s: 2, replicas: 3 }, { s: 4, replicas: 5 }));
    const counts = (await changesOf(one, two)).map(brief);
    expect(counts).toEqual([1, 2, 3, 4, 5].map((count) => `upsert/watch web=${count}`));
    expect((await changesOf(two, one)).map(brief)).toEqual(counts);
  });

  it('go by version where one resource changes twice in the same instant', async () => {
    const one = fileOf(textOf({ version: 10, replicas: 2 }, { version: 12, replicas: 4 }));
    const two = fileOf(textOf({ version: 9, replicas: 1 }, { version: 11, replicas: 3 }));
    expect((await changesOf(one, two)).map(brief)).toEqual([1, 2, 3, 4].map((count) => `upsert/watch web=${count}`));
  });

  it('keep the order within one file, even against its clock', async () => {
    const one = fileOf(textOf({ s: 5, replicas: 1 }, { s: 1, replicas: 2 }));
    const two = fileOf(formatLine(line({ s: 9, replicas: 3 })));
    expect((await changesOf(one, two)).map(brief)).toEqual([1, 2, 3].map((count) => `upsert/watch web=${count}`));
  });
});

describe.skipIf(noRecordings)('a recording that was split', () => {
  it.each([0.13, 0.5, 0.77])('at %f of its lines tells the same changes', async (share) => {
    const whole = await changesOf(recordingPath('legacy'));
    const lines = recordingText('legacy').trimEnd().split('\n');
    const at = Math.floor(lines.length * share);
    const parts = [lines.slice(0, at), lines.slice(at)].map((part) => fileOf(part.join('\n'), 'part.ndjson'));
    expect(await changesOf(...parts)).toEqual(whole);
  });

  it('line by line onto three files tells the same of each object', async () => {
    const lines = recordingText('twohpa').trimEnd().split('\n');
    const parts = [0, 1, 2].map((part) => fileOf(lines.filter((_, at) => at % 3 === part).join('\n')));
    const perObject = (changes: Awaited<ReturnType<typeof changesOf>>) => {
      const byObject = new Map<string, number[]>();
      for (const change of changes) {
        if (change.type !== 'upsert') continue;
        const { kind, namespace, name } = change.fact.ref;
        const key = `${kind} ${namespace}/${name}`;
        byObject.set(key, [...(byObject.get(key) ?? []), Number(change.fact.resourceVersion)]);
      }
      return Object.fromEntries([...byObject].sort());
    };
    expect(perObject(await changesOf(...parts))).toEqual(perObject(await changesOf(recordingPath('twohpa'))));
  });
});
