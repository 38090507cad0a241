import { describe, expect, it } from 'vitest';
import { KubeRequestError } from '../../src/kubernetes/errors.ts';
import { LineDecoder } from '../../src/kubernetes/line-decoder.ts';
import { fc } from '../support/property.ts';

function decode(chunks: readonly Uint8Array[], maxBytes?: number): { lines: string[]; pending: number } {
  const decoder = new LineDecoder(maxBytes);
  const lines = chunks.flatMap((chunk) => [...decoder.push(chunk)].map(String));
  return { lines, pending: decoder.pending };
}

describe('LineDecoder', () => {
  it('finds the same lines wherever the network cuts the stream, in the middle of a character too', () => {
    const lines = ['{"name":"süß"}', '{"emoji":"🚢"}', '{}'];
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(decode([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual({ lines, pending: 0 });
    }
    expect(decode([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual({ lines, pending: 0 });
  });

  it('finds the same lines in any stream cut at any places', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => JSON.stringify(text));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 10 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(decode(chunks)).toEqual({ lines, pending: 0 });
      }),
    );
  });

  it('tells that the last line was cut off', () => {
    expect(decode([Buffer.from('{}\n{"type":"MOD')])).toEqual({ lines: ['{}'], pending: 12 });
  });

  it('leaves out empty lines and the carriage return of a proxy', () => {
    expect(decode([Buffer.from('\n{}\r\n\n')])).toEqual({ lines: ['{}'], pending: 0 });
  });

  it('takes an object of 1.5 MB, the most that etcd takes', () => {
    const line = JSON.stringify({ note: 'x'.repeat(1_500_000) });
    expect(decode([Buffer.from(`${line}\n`)]).lines).toEqual([line]);
  });

  it('hands over what came before a line that never ends, then refuses', () => {
    const decoder = new LineDecoder(10);
    const lines: string[] = [];
    const read = () => {
      for (const line of decoder.push(Buffer.from('first\n12345678901'))) lines.push(String(line));
    };
    expect(read).toThrow(KubeRequestError);
    expect(lines).toEqual(['first']);
  });
});
