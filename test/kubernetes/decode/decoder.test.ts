/** Held against JSON.parse: the same values, and nothing accepted that it refuses. */

import { describe, expect, it } from 'vitest';
import { Agreement } from '../../../src/kubernetes/decode/agreement.ts';
import { Decoder } from '../../../src/kubernetes/decode/decoder.ts';
import { list, object, PRESENCE, type Shape, text, WHOLE } from '../../../src/kubernetes/decode/shape.ts';
import { KnownText } from '../../../src/kubernetes/decode/trace.ts';
import { stableHash } from '../../../src/kubernetes/projections/digest.ts';
import type { Json } from '../../../src/model/facts.ts';
import { fc } from '../../support/property.ts';

/** What a shape keeps, written down a second time, over a value that was parsed. */
function prune(value: Json, shape: Shape): Json {
  if (shape.kind === 'presence') return {};
  if (shape.kind === 'list') return Array.isArray(value) ? value.map((item) => prune(item, shape.item)) : value;
  if (shape.kind === 'text' && typeof value === 'string') {
    const inner = parsed(value);
    return inner === undefined ? value : JSON.stringify(prune(inner, shape.inner));
  }
  if (shape.kind !== 'object' || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const shapes = new Map([...shape.members.values()].flat().map((member) => [member.name, member.shape]));
  const kept: { [key: string]: Json } = {};
  for (const [name, member] of Object.entries(value)) {
    const wanted = shapes.get(name) ?? shape.others;
    if (wanted.kind !== 'leftOut') kept[name] = prune(member, wanted);
  }
  return kept;
}

function parsed(source: string): Json | undefined {
  try {
    return JSON.parse(source) as Json;
  } catch {
    return undefined;
  }
}

/** Few names, so that they meet those of the shapes, each other, and the odd ones. */
const name = fc.oneof(fc.constantFrom('a', 'b', 'c', 'ab', 'text', 'list', 'ü', '', '0'), fc.string({ maxLength: 3 }));
/** A text with the name that assignments treat otherwise is left alone. */
const innerJson = fc.json().filter((json) => !json.includes('__proto__'));
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(null, true, false, 0, -0, 1e21, -1.5e-9, 3, 123456789012345680),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    fc.oneof(fc.string({ unit: 'binary' }), fc.string(), innerJson),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5 }),
  ),
}));

const SHAPES: readonly Shape[] = [
  WHOLE,
  object({}),
  object({ a: WHOLE, b: PRESENCE }),
  object({ a: object({ a: WHOLE, ab: list(WHOLE) }), list: list(object({ c: WHOLE })) }, { others: PRESENCE }),
  object({ text: text(object({ a: WHOLE })), b: list(PRESENCE) }, { others: WHOLE }),
  list(object({ a: WHOLE }, { others: text(WHOLE) })),
];
const shape = fc.constantFrom(...SHAPES);

/** As JSON allows it: white space anywhere, names and texts spelt in escapes. */
function spell(json: Json, spaces: readonly string[], escaped: boolean): string {
  let next = 0;
  const space = () => spaces[next++ % spaces.length] ?? '';
  const quote = (plain: string) =>
    escaped
      ? `"${[...plain].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
      : JSON.stringify(plain);
  const write = (one: Json): string => {
    if (typeof one === 'string') return quote(one);
    if (typeof one !== 'object' || one === null) return Object.is(one, -0) ? '-0' : JSON.stringify(one);
    if (Array.isArray(one)) return `[${space()}${one.map((item) => write(item) + space()).join(`,${space()}`)}]`;
    const members = Object.entries(one).map(
      ([key, member]) => `${quote(key)}${space()}:${space()}${write(member)}${space()}`,
    );
    return `{${space()}${members.join(`,${space()}`)}}`;
  };
  return space() + write(json) + space();
}
const spaces = fc.array(fc.constantFrom('', ' ', '\n', '\t\r'), { minLength: 1, maxLength: 5 });

describe('the decoder', () => {
  it('keeps what the shape asks for, as JSON.parse reads it, however it is written', () => {
    const decoder = new Decoder();
    fc.assert(
      fc.property(value, shape, spaces, (json, wanted, blanks) => {
        const source = spell(json, blanks, false);
        const kept = decoder.decode(Buffer.from(source), wanted);
        // The name that assignments treat otherwise is left to JSON.parse.
        if (kept === undefined) expect(source).toContain('__proto__');
        else expect(kept).toEqual(prune(JSON.parse(source) as Json, wanted));
      }),
      { numRuns: 400 },
    );
  });

  it('reads names and texts that are spelt in escapes', () => {
    const decoder = new Decoder();
    fc.assert(
      fc.property(value, shape, (json, wanted) => {
        // A character beyond the basic plane takes two escapes, which this spelling does not know.
        const source = spell(
          JSON.parse(JSON.stringify(json).replaceAll(/[\u{10000}-\u{10ffff}]/gu, 'x')) as Json,
          [''],
          true,
        );
        const kept = decoder.decode(Buffer.from(source), wanted);
        if (kept !== undefined) expect(kept).toEqual(prune(JSON.parse(source) as Json, wanted));
        if (!JSON.stringify(json).includes('__proto__')) expect(kept).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });

  it('accepts nothing that JSON.parse refuses, wherever a byte was lost, added or changed', () => {
    const decoder = new Decoder();
    const byte = fc.oneof(
      fc.constantFrom(...Buffer.from('{}[]",:\\0e-+.tfnu /\n\u0001')),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(
        value,
        shape,
        spaces,
        fc.nat(),
        fc.constantFrom('lost', 'added', 'changed', 'cut'),
        byte,
        (json, wanted, blanks, where, how, other) => {
          const whole = Buffer.from(spell(json, blanks, false));
          const at = where % whole.length;
          const rest = how === 'added' ? whole.subarray(at) : whole.subarray(at + 1);
          const middle = how === 'added' || how === 'changed' ? [Buffer.of(other)] : [];
          const bytes = Buffer.concat(
            how === 'cut' ? [whole.subarray(0, at)] : [whole.subarray(0, at), ...middle, rest],
          );
          const source = bytes.toString('utf8');
          const kept = decoder.decode(bytes, wanted);
          const reference = parsed(source);
          if (reference === undefined) expect(kept).toBeUndefined();
          else if (kept !== undefined) expect(kept).toEqual(prune(reference, wanted));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('reads a text the same whatever it was read after, and leaves what it made before as it was', () => {
    const decoder = new Decoder();
    /** A few bytes of the text before are lost, doubled, moved or changed, as between two versions, or worse. */
    const edit = fc.record({
      from: fc.nat(),
      length: fc.nat({ max: 12 }),
      to: fc.nat(),
      put: fc.constantFrom('', '0', '1', 'a', '"', '"a"', '"a":1,', ',"b":[]', '{}', '[1]', ' ', 'é', '\u007f', 'null'),
    });
    const edited = (
      bytes: Buffer,
      { from, length, to, put }: { from: number; length: number; to: number; put: string },
    ) => {
      const start = from % (bytes.length + 1);
      const piece = bytes.subarray(start, start + length);
      const rest = Buffer.concat([bytes.subarray(0, start), Buffer.from(put), bytes.subarray(start + length)]);
      const at = to % (rest.length + 1);
      return to % 3 === 0 ? Buffer.concat([rest.subarray(0, at), piece, rest.subarray(at)]) : rest;
    };
    let read = 0;
    const look = (bytes: Buffer, wanted: Shape, known: KnownText, made: [Json, Json][]) => {
      const kept = decoder.decode(bytes, wanted, known);
      // Read after nothing, as the tests above have it.
      expect(kept).toEqual(decoder.decode(bytes, wanted));
      if (kept === undefined) return;
      read += 1;
      made.push([kept, structuredClone(kept)]);
    };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, spaces), { minLength: 1, maxLength: 2 }),
        shape,
        fc.array(fc.tuple(edit, fc.boolean()), { maxLength: 6 }),
        (texts, wanted, edits) => {
          const known = new KnownText(wanted);
          const made: [Json, Json][] = [];
          for (const [json, blanks] of texts) {
            let bytes = Buffer.from(spell(json, blanks, false));
            look(bytes, wanted, known, made);
            for (const [change, back] of edits) {
              const other = edited(bytes, change);
              look(other, wanted, known, made);
              // Most edits break a text, and the known one with it.
              if (back) look(bytes, wanted, known, made);
              else if (parsed(other.toString('utf8')) !== undefined) bytes = other;
            }
          }
          for (const [kept, asItWas] of made) expect(kept).toEqual(asItWas);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(read).toBeGreaterThan(5_000);
  });

  it('gives what has not changed as the very value it was', () => {
    const decoder = new Decoder();
    const wanted = object({ a: WHOLE, b: object({ c: WHOLE }) });
    const known = new KnownText(wanted);
    const read = (source: string) => decoder.decode(Buffer.from(source), wanted, known) as { a: Json; b: Json };
    const first = read('{"x":[1,2,3],"a":{"list":[{"n":1},{"n":2}]},"b":{"c":1,"d":1},"y":"long enough"}');
    const second = read('{"x":[1,2],"new":0,"a":{"list":[{"n":1},{"n":3}]},"b":{"c":1,"d":234},"y":"long enough"}');
    expect(second).toEqual({ a: { list: [{ n: 1 }, { n: 3 }] }, b: { c: 1 } });
    expect(second.b).toBe(first.b);
    const listOf = ({ a }: { a: Json }) => (a as { list: Json[] }).list;
    expect(listOf(second)[0]).toBe(listOf(first)[0]);
    expect(read('{"a":{"list":[{"n":1},{"n":3}]},"b":{"d":1,"c":1}}')).toEqual(second);
    const zero = (text: string) => (decoder.decode(Buffer.from(text), WHOLE, zeros) as Json[])[0];
    const zeros = new KnownText(WHOLE);
    expect([zero('[0]'), zero('[-0]'), zero('[0]')]).toEqual([0, -0, 0]);
    // A number does not end where the one before did.
    expect(read('{"a":{"list":[{"n":1},{"n":3}]},"b":{"d":1,"c":12}}').b).toEqual({ c: 12 });
  });

  it('notes of a text with thousands of parts only where some of them stood', () => {
    const decoder = new Decoder();
    const wanted = object({ list: list(object({ name: WHOLE })), after: WHOLE });
    const known = new KnownText(wanted);
    const textOf = (status: string) =>
      JSON.stringify({
        list: Array.from({ length: 3_000 }, (_, index) => ({ name: `web-${index}`, status })),
        after: { a: 1 },
      });
    const noted = () => known.root.parts[0]?.parts.filter(({ parts }) => parts.length > 0).length;
    for (const status of ['Synced', 'OutOfSync', 'Synced', 'Unknown', 'Unknown']) {
      const bytes = Buffer.from(textOf(status));
      expect(decoder.decode(bytes, wanted, known)).toEqual(decoder.decode(bytes, wanted));
      expect(noted()).toBeGreaterThan(100);
      expect(noted()).toBeLessThan(2_000);
    }
  });

  it('takes the last of two members of one name, and no name for more than a name', () => {
    const decoder = new Decoder();
    const of = (source: string, wanted: Shape) => decoder.decode(Buffer.from(source), wanted);
    expect(of('{"a":1,"b":2,"a":{"a":3}}', object({ a: WHOLE }))).toEqual({ a: { a: 3 } });
    expect(of('{"constructor":1}', object({ a: WHOLE }))).toEqual({});
    // Left to JSON.parse, which makes it a member like any other.
    expect(of('{"__proto__":{"a":1}}', object({}, { others: WHOLE }))).toBeUndefined();
    expect(Object.hasOwn(of('{"a":{"__proto__":1}}', object({ a: WHOLE })) as object, 'a')).toBe(true);
    const known = new KnownText(WHOLE);
    expect(decoder.decode(Buffer.from('{"a":{"__proto__":1}}'), WHOLE, known)).toBeUndefined();
    expect(decoder.decode(Buffer.from('{"a":{"b":1}}'), WHOLE, known)).toEqual({ a: { b: 1 } });
    expect(of('{"b":{"__proto__":1}}', object({ a: WHOLE }))).toEqual({});
  });

  it('walks over nesting of any depth', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(new Decoder().decode(Buffer.from(`{"x":${deep},"a":1}`), object({ a: WHOLE }))).toEqual({ a: 1 });
    expect(new Decoder().decode(Buffer.from(`{"x":${deep.slice(1)},"a":1}`), object({ a: WHOLE }))).toBeUndefined();
  });

  it('keeps what is nested as deep as the API server takes it, also in a text, which is kept as it is where it is too deep', () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    const wanted = object({ a: WHOLE, t: text(object({ a: WHOLE })) });
    const kept = JSON.stringify(`{"a":${deep},"b":1}`);
    for (const known of [null, new KnownText(wanted)]) {
      const read = new Decoder().decode(Buffer.from(`{"a":${deep},"t":${kept}}`), wanted, known) as {
        a: Json;
        t: Json;
      };
      expect(read.t).toBe(JSON.parse(kept));
      let depth = 0;
      for (let at = read.a; Array.isArray(at); at = at[0] ?? null) depth += 1;
      expect(depth).toBe(50_000);
    }
  });

  it('looks for a name that is not where it was in few places', () => {
    const decoder = new Decoder();
    const wanted = object({ annotations: object({ a: WHOLE }) });
    const known = new KnownText(wanted);
    let looks = 0;
    const { sameBytes } = Agreement.prototype;
    // Not a spy: it would note the millions of times that there were once.
    Agreement.prototype.sameBytes = function (this: Agreement, ...where) {
      looks += 1;
      return sameBytes.apply(this, where);
    };
    const read = (prefix: string) => {
      const names = Array.from({ length: 5_000 }, (_, index) => [prefix + index, '']);
      return decoder.decode(Buffer.from(JSON.stringify({ annotations: Object.fromEntries(names) })), wanted, known);
    };
    for (const prefix of ['a', 'b', 'a']) expect(read(prefix)).toEqual({ annotations: {} });
    Agreement.prototype.sameBytes = sameBytes;
    expect(looks).toBeLessThan(1_000_000);
  });

  it('takes a name of any length for no other that begins and ends like it', () => {
    const of = (source: string) => new Decoder().decode(Buffer.from(source), object({ aba: WHOLE }));
    expect(of(`{"aba":1,"ab${'x'.repeat(65_536)}a":2}`)).toEqual({ aba: 1 });
    expect(of(`{"aba":1,"aba${'x'.repeat(65_535)}a":2}`)).toEqual({ aba: 1 });
  });

  it('takes no text whose characters are the bytes of another one for that', () => {
    const decoder = new Decoder();
    const garbled = Buffer.from('é').toString('latin1');
    for (const source of [JSON.stringify([garbled]), '["é"]', JSON.stringify({ a: garbled, [garbled]: 'é' })])
      expect(decoder.decode(Buffer.from(source), WHOLE)).toEqual(JSON.parse(source));
    expect(decoder.decode(Buffer.from('{"a":"é"}'), object({ a: WHOLE }))).toEqual({ a: 'é' });
  });

  it('gives an object of which it keeps parts the digest of the whole', () => {
    const wanted = object({ template: object({ a: WHOLE }, { digest: true }) });
    const decoder = new Decoder();
    for (const template of ['{"a":1,"b":[{"c":2}]}', '{ "b":[{"c":2}],"a":1 }', '{"a":1,"b":[{"c":2}]}']) {
      const kept = decoder.decode(Buffer.from(`{"template":${template}}`), wanted) as { template: Json };
      expect(Object.entries(kept.template as object)).toEqual([['a', 1]]);
      expect(stableHash(kept.template)).toBe(stableHash(JSON.parse(template) as Json));
    }
  });

  it('reads lists of the API server, the empty one that Go writes as null, and no others', () => {
    const decoder = new Decoder();
    const of = (source: string) => decoder.decodeList(Buffer.from(source), object({ a: WHOLE }));
    expect(of('{"kind":"List","metadata":{"continue":"x"},"items":[{"a":1,"b":2},{"b":3}]}')).toEqual({
      metadata: { continue: 'x' },
      items: [{ a: 1 }, {}],
    });
    expect(of('{"metadata":{},"items":null}')).toEqual({ metadata: {}, items: null });
    for (const source of ['{"metadata":{}}', '[]', '{"items":{}}', '{"items":[]', '{"items":[]}x']) {
      expect(of(source)).toBeUndefined();
    }
  });
});
