/**
 * Texts as they follow each other in a stream, changed in ways that stay JSON: parts come, go, move, are doubled, take each
 * other's place and are spelt otherwise. What is read of a text must not depend on which ones came before it.
 */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/kubernetes/decode/decoder.ts';
import { list, object, PRESENCE, type Shape, text, WHOLE } from '../../../src/kubernetes/decode/shape.ts';
import { KnownText } from '../../../src/kubernetes/decode/trace.ts';
import type { Json } from '../../../src/model/facts.ts';
import { fc } from '../../support/property.ts';

/** A text in pieces: what is no object and no list is spelt as it stands there, one character a byte. */
type Node = string | { readonly open: '{' | '['; readonly space: string; readonly parts: readonly Part[] };
/** `name` is '' in a list. */
interface Part {
  readonly name: string;
  readonly value: Node;
}

const SCALARS = [
  ...['0', '-0', '1', '12', '123', '1.5', '1.50', '1e2', '1E+2', '123456789012345', '1234567890123456', 'true', 'null'],
  ...[
    '""',
    '"a"',
    '"\\u0061"',
    '"ab"',
    '"a\\"b"',
    '"\xc3\xa9"',
    '"\xff"',
    '"\xe9"',
    '"\xc3\x83\xc2\xa9"',
    '"\x7f\xf0\xf0\xf0\xf0\xf0\xf0\xf0"',
  ],
  ...[`"{\\"a\\":1,\\"b\\":2}"`, `"{\\"a\\":1 ,\\"b\\":3}"`, '"{"', '"\\ud800"', `"${'long '.repeat(60)}"`],
];
const NAMES = ['"a"', '"b"', '"c"', '"ab"', '"\\u0061"', '"t"', '"7"', '"\xc3\xa9"', '"\xff"', '""', '"d"', '"l"'];
const SPACES = ['', '', ' ', '\n\t', '\r\n    '];

const PARTS = object({ a: WHOLE, b: PRESENCE, t: text(object({ a: WHOLE })) }, { digest: true });
/** Of the items from the second on those with an `a` that is not what most items have. */
const SIFTED = list(object({ a: WHOLE, b: WHOLE, l: WHOLE }), {
  from: 1,
  seen: object({ a: WHOLE, d: PARTS }),
  wanted: (item) => JSON.stringify(item).length % 3 !== 0,
});
const SHAPES: readonly Shape[] = [
  WHOLE,
  object({ a: WHOLE, l: list(object({ a: WHOLE, ab: PRESENCE })), d: PARTS, t: text(WHOLE) }),
  object({ a: object({ a: WHOLE, b: list(WHOLE) }), b: PRESENCE, d: PARTS }, { others: list(PARTS) }),
  object({ d: object({ d: object({ d: PARTS }, { digest: true }) }, { digest: true }) }, { others: PARTS }),
  list(object({ a: WHOLE, l: list(list(WHOLE)) }, { others: text(WHOLE) })),
  SIFTED,
  object({ a: SIFTED }, { others: object({ b: SIFTED }, { others: SIFTED }) }),
];

const scalar = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...SCALARS) }, fc.nat(300).map(String));
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.record({
      open: fc.constant<'{'>('{'),
      space: fc.constantFrom(...SPACES),
      parts: fc.array(fc.record({ name: fc.constantFrom(...NAMES), value: tie('node') }), { maxLength: 6 }),
    }),
    fc.record({
      open: fc.constant<'['>('['),
      space: fc.constantFrom(...SPACES),
      parts: fc.array(fc.record({ name: fc.constant(''), value: tie('node') }), { maxLength: 6 }),
    }),
  ),
}));

const change = fc.record({
  /** Down which parts, and there what is done to which of them. */
  path: fc.array(fc.nat(7), { maxLength: 4 }),
  at: fc.nat(7),
  to: fc.nat(7),
  how: fc.constantFrom('put', 'drop', 'double', 'swap', 'rename', 'space', 'add', 'deepen', 'multiply', 'break'),
  node,
  name: fc.constantFrom(...NAMES),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function spell(one: Node): string {
  if (typeof one === 'string') return one;
  const { open, space, parts } = one;
  const written = parts.map(
    ({ name, value }) => space + (open === '{' ? `${name}${space}:${space}` : '') + spell(value),
  );
  return `${open}${written.join(`${space},`)}${space}${open === '{' ? '}' : ']'}`;
}

function changed(one: Node, step: Change, depth = 0): Node {
  if (typeof one === 'string' || one.parts.length === 0) return step.how === 'deepen' ? deepened(one, step) : step.node;
  const down = step.path[depth];
  const at = step.at % one.parts.length;
  if (down !== undefined) {
    const parts = one.parts.map((part, index) =>
      index === down % one.parts.length ? { ...part, value: changed(part.value, step, depth + 1) } : part,
    );
    return { ...one, parts };
  }
  return alteredParts(one, step, at);
}

function alteredParts(one: Exclude<Node, string>, step: Change, at: number): Node {
  const parts = [...one.parts];
  const part = parts[at] as Part;
  const added = { name: one.open === '{' ? step.name : '', value: step.node };
  if (step.how === 'put') parts[at] = { ...part, value: step.node };
  else if (step.how === 'drop') parts.splice(at, 1 + (step.to % 3));
  else if (step.how === 'double') parts.splice(step.to % parts.length, 0, part);
  else if (step.how === 'swap') parts.splice(step.to % parts.length, 0, ...parts.splice(at, 1));
  else if (step.how === 'rename') parts[at] = { ...part, name: added.name };
  else if (step.how === 'add') parts.splice(at, 0, added);
  else if (step.how === 'multiply') parts.splice(at, 0, ...Array.from({ length: step.to * 40 }, () => part));
  else if (step.how === 'deepen') parts[at] = { ...part, value: deepened(part.value, step) };
  return { ...one, parts, space: step.how === 'space' ? (SPACES[step.to % SPACES.length] as string) : one.space };
}

/** About as deep as parts are told apart. */
function deepened(one: Node, { to, name }: Change): Node {
  let deep = one;
  for (let level = 0; level < 58 + to; level += 1)
    deep = { open: to % 2 === 0 ? '{' : '[', space: '', parts: [{ name: to % 2 === 0 ? name : '', value: deep }] };
  return deep;
}

/** The same, down to the order of members, the sign of zeros and the digests that stand for what was left out. */
function expectSame(a: Json | undefined, b: Json | undefined): void {
  if (!isSame(a, b)) expect(a).toEqual(b);
  expect(isSame(a, b)).toBe(true);
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const [names, others] = [Reflect.ownKeys(a), Reflect.ownKeys(b)];
  if (Array.isArray(a) !== Array.isArray(b) || names.length !== others.length) return false;
  return names.every((name, index) => name === others[index] && isSame(Reflect.get(a, name), Reflect.get(b, name)));
}

function parsed(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

function frozen(value: Json): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
}

describe('a text in a stream', () => {
  it('is read as if it came alone, and writes nothing into what was read before it', () => {
    const decoder = new Decoder();
    const alone = new Decoder();
    let read = 0;
    fc.assert(
      fc.property(node, fc.constantFrom(...SHAPES), fc.array(change, { maxLength: 8 }), (first, shape, changes) => {
        const known = new KnownText(shape);
        const look = (bytes: Buffer) => {
          const kept = decoder.decode(bytes, shape, known);
          expectSame(kept, alone.decode(bytes, shape));
          expect(kept === undefined).toBe(parsed(bytes) === undefined);
          if (shape === WHOLE) expectSame(kept, parsed(bytes));
          if (kept === undefined) return;
          read += 1;
          frozen(kept);
        };
        let now = first;
        look(Buffer.from(spell(now), 'latin1'));
        for (const step of changes) {
          const before = now;
          now = changed(now, step);
          const written = spell(now);
          const cut = step.how === 'break' ? step.to * 7 + 1 : 0;
          look(Buffer.from(written.slice(0, Math.max(0, written.length - cut)), 'latin1'));
          // And as often as not back to what was there.
          if (step.at % 2 === 0) now = before;
        }
      }),
      { numRuns: 400 },
    );
    expect(read).toBeGreaterThan(1_000);
  });
});

describe('an item of a list', () => {
  it('is read as if it came alone', () => {
    const decoder = new Decoder();
    fc.assert(
      fc.property(
        node,
        fc.constantFrom(...SHAPES),
        fc.array(change, { maxLength: 8 }),
        fc.constantFrom(...SPACES),
        (first, shape, changes, space) => {
          const items = [first];
          for (const step of changes) {
            const before = items[step.to % items.length] as Node;
            items.push(step.how === 'break' ? before : changed(before, step));
          }
          const texts = items.map(spell);
          const page = `{"kind":"List",${space}"items":[${space}${texts.join(`${space},`)}${space}],"metadata":{"a":1}}`;
          const kept = decoder.decodeList(Buffer.from(page, 'latin1'), shape);
          const alone = texts.map((one) => decoder.decode(Buffer.from(one, 'latin1'), shape) as Json);
          expect(kept?.metadata).toEqual({ a: 1 });
          expectSame(kept?.items ?? undefined, alone);
        },
      ),
      { numRuns: 120 },
    );
  });
});
