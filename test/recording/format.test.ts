import { describe, expect, it } from 'vitest';
import { formatLine, parseLine } from '../../src/recording/format.ts';
import { fc } from '../support/property.ts';
import { line } from './lines.ts';

describe('a line of a recording', () => {
  it('is read back as it was written', () => {
    const written = line({ type: 'ADDED', s: 1.5 });
    const { at, kept, ...rest } = parseLine(formatLine(written)) as Extract<
      ReturnType<typeof parseLine>,
      { at: number }
    >;
    expect({ ...rest, at: new Date(at).toISOString() }).toEqual(written);
    expect(Buffer.from(kept ?? '', 'latin1').toString()).toBe(formatLine(written));
  });

  it('may have its members in any order, more of them, and a time with an offset', () => {
    const { object, ...rest } = line();
    const read = parseLine(JSON.stringify({ extra: 1, object, ...rest, at: '2026-11-21T07:00:00+01:00' }));
    expect(read).toMatchObject({ type: 'MODIFIED', at: Date.parse('2026-11-21T06:00:00Z') });
  });

  it('of SYNCED, BOOKMARK or ERROR needs no object', () => {
    for (const type of ['SYNCED', 'BOOKMARK', 'ERROR'] as const) {
      const { object: _, ...rest } = line({ type });
      expect(parseLine(JSON.stringify(rest))).toMatchObject({ type, object: {} });
    }
  });

  it.each<[string, object | string, string]>([
    ['cut off', '{"at":"2026-11-21T06:', 'is no JSON'],
    ['a list', '[]', 'is no JSON object'],
    ['without a time', { ...line(), at: undefined }, 'has no RFC 3339 time in "at"'],
    ['with a time that is none', { ...line(), at: 'yesterday' }, 'has no RFC 3339 time in "at"'],
    ['with a day that is none', { ...line(), at: '2026-13-45T00:00:00Z' }, 'has no RFC 3339 time in "at"'],
    ['without apiVersion', { ...line(), apiVersion: '' }, 'has no "apiVersion"'],
    ['without resource', { ...line(), resource: 7 }, 'has no "resource"'],
    ['of an unknown type', { ...line(), type: 'GONE' }, 'has no "type" of ADDED, MODIFIED, DELETED, …'],
    ['without an object', { ...line(), object: [] }, 'has no "object"'],
  ])('that is %s is broken, and says how', (_, content, reason) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    expect(parseLine(text)).toEqual({ type: 'BROKEN', reason });
  });

  it('never throws, whatever stands in it', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseLine(text)));
  });
});
