import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../src/recording/split-lines.ts';
import { fc } from '../support/property.ts';

function split(chunks: readonly Buffer[], maxBytes?: number): { number: number; text: string | null }[] {
  const splitter = new LineSplitter(maxBytes);
  const lines: { number: number; text: string | null }[] = [];
  for (const chunk of chunks) {
    for (const { number, bytes } of splitter.push(chunk)) lines.push({ number, text: bytes?.toString('utf8') ?? null });
  }
  const rest = splitter.end();
  if (rest !== undefined) lines.push({ number: rest.number, text: rest.bytes?.toString('utf8') ?? null });
  return lines;
}

describe('cutting bytes into lines', () => {
  it('gives the same lines wherever the bytes are cut', () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme' }).map((part) => part.replaceAll('\n', ' ')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (parts, cuts) => {
        const bytes = Buffer.from(parts.join('\n'));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        // A last line that is empty does not exist; text between two line feeds does.
        const expected = parts.at(-1) === '' ? parts.slice(0, -1) : parts;
        expect(split(chunks)).toEqual(expected.map((part, index) => ({ number: index + 1, text: part })));
      }),
    );
  });

  it('gives up a line that is too long, and keeps counting', () => {
    const chunks = ['ab\n', '123', '456', '78\ncd'].map((part) => Buffer.from(part));
    expect(split(chunks, 5)).toEqual([
      { number: 1, text: 'ab' },
      { number: 2, text: null },
      { number: 3, text: 'cd' },
    ]);
  });
});
