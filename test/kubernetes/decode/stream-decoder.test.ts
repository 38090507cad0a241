/** Which text a text is compared with changes nothing but what it costs: how much is the same value again. */

import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/kubernetes/decode/decoder.ts';
import { object, WHOLE } from '../../../src/kubernetes/decode/shape.ts';
import { StreamDecoder } from '../../../src/kubernetes/decode/stream-decoder.ts';
import type { Json } from '../../../src/model/facts.ts';

const LINE = object({ type: WHOLE, object: object({ metadata: WHOLE, spec: WHOLE, status: WHOLE }) });

interface Kept {
  readonly object: { readonly metadata: Json; readonly spec: Json; readonly status: Json };
}

const uidOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** A line of a watch, its metadata as Go writes it, or sorted as those of a custom resource. */
function line(index: number, version: number, sorted = false): Buffer {
  const uid = uidOf(index);
  const resourceVersion = String(1_000 + version);
  const owner = { kind: 'Owner', uid: uidOf(1_000_000) };
  const metadata = sorted
    ? { annotations: { note: `"resourceVersion":"7","uid":"` }, ownerReferences: [owner], resourceVersion, uid }
    : { name: `web-${index}`, uid, resourceVersion, ownerReferences: [owner] };
  const spec = { replicas: 3, name: `web-${index}`, text: 'x'.repeat(200) };
  return Buffer.from(JSON.stringify({ type: 'MODIFIED', object: { metadata, spec, status: { ready: version } } }));
}

/** How many of the objects still have the very spec of the round before, in the last round. */
function keptOf(decoder: StreamDecoder, objects: number, sorted: boolean): number {
  let before: Json[] = [];
  let same = 0;
  for (let round = 0; round < 4; round += 1) {
    const now: Json[] = [];
    for (let index = 0; index < objects; index += 1) {
      const bytes = line(index, round, sorted);
      const kept = decoder.decode(bytes) as unknown as Kept;
      expect(kept).toEqual(new Decoder().decode(bytes, LINE));
      now.push(kept.object.spec);
    }
    same = now.filter((spec, index) => spec === before[index]).length;
    before = now;
  }
  return same;
}

describe.each([
  ['as Go writes it', false],
  ['sorted', true],
])('a stream of objects with metadata %s', (_, sorted) => {
  it('compares each with the version before, whatever came in between', () => {
    expect(keptOf(new StreamDecoder(LINE), 50, sorted)).toBe(50);
  });

  it('goes on finding some of them when they are more than it may hold', () => {
    const found = keptOf(new StreamDecoder(LINE, 20 * line(0, 0, sorted).length), 200, sorted);
    expect(found).toBeGreaterThan(10);
    expect(found).toBeLessThan(25);
  });

  it('makes room when what it holds is no longer asked for', () => {
    const decoder = new StreamDecoder(LINE, 20 * line(0, 0, sorted).length);
    expect(keptOf(decoder, 18, sorted)).toBe(18);
    let before: Json[] = [];
    let again = 0;
    for (let round = 0; round < 200; round += 1) {
      const now = Array.from({ length: 18 }, (_, index) => {
        return (decoder.decode(line(500 + index, round, sorted)) as unknown as Kept).object.spec;
      });
      again = now.filter((spec, index) => spec === before[index]).length;
      before = now;
    }
    expect(again).toBeGreaterThan(12);
  });
});

describe('a stream', () => {
  it('holds no more than it may when objects grow, and nothing of what could not be read', () => {
    const max = 100_000;
    const decoder = new StreamDecoder(LINE, max);
    for (let round = 0; round < 12; round += 1) {
      for (let index = 0; index < 100; index += 1) {
        const grown = line(index, round)
          .toString()
          .replace('x'.repeat(200), 'y'.repeat(2 ** round));
        decoder.decode(Buffer.from(grown));
        expect(decoder.size).toBeLessThanOrEqual(max);
      }
      expect(decoder.size).toBeGreaterThan(round < 2 ? -1 : 20_000);
    }
    for (let round = 0; round < 2; round += 1)
      for (let index = 0; index < 100; index += 1) decoder.decode(line(index, 0).subarray(0, -1));
    expect(decoder.size).toBe(0);
  });

  it('takes texts without metadata, of a megabyte, and broken ones in between', () => {
    const decoder = new StreamDecoder(LINE);
    const large = Buffer.from(line(1, 1).toString().replace('x'.repeat(200), 'y'.repeat(1_000_000)));
    const odd = ['', '7', '{', '{"resourceVersion":"', '{"object":{"metadata":{"resourceVersion":"1","uid":"short"}}}'];
    for (let round = 0; round < 3; round += 1) {
      for (const bytes of [line(1, round), large, ...odd.map((text) => Buffer.from(text)), line(1, round)]) {
        expect(decoder.decode(bytes)).toEqual(new Decoder().decode(bytes, LINE));
      }
    }
  });
});
