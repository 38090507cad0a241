/** The objects of an estate as bytes, made when they are asked for; those that a fight has written are kept as they stand. */
import { type Estate, type EstateKind, PATHS, withVersion } from './estate.ts';
import { Stamps } from './stamp.ts';

/** So many bytes are made and sent at a time. */
const BATCH_BYTES = 256 * 1024;
const COMMA = ',';

/** An object in its last version, and the lines that led there. */
interface Written {
  readonly lines: { readonly version: number; readonly line: string }[];
}

export class EstateObjects {
  readonly kinds: ReadonlyMap<string, EstateKind>;
  readonly #stamps = new Stamps();
  readonly #written = new Map<string, Written>();

  constructor(estate: Estate) {
    this.kinds = new Map(estate.kinds.map((kind) => [kind.path, kind]));
  }

  /** Items from `start` to `end` with commas between them. */
  page(kind: EstateKind, start: number, end: number): Buffer {
    return this.#join(kind, start, end, '', COMMA);
  }

  /** All of a kind as lines of a watch, a batch at a time. */
  *lines(kind: EstateKind): Generator<Buffer> {
    for (let start = 0; start < kind.count; ) {
      let end = start;
      for (let bytes = 0; end < kind.count && bytes < BATCH_BYTES; end += 1) bytes += this.#stampOf(kind, end).length;
      yield Buffer.concat([this.#join(kind, start, end, headOf('ADDED', kind), '}\n', true), Buffer.from('}\n')]);
      start = end;
    }
  }

  /** A line that a fight has put on the wire. */
  wrote(path: string, name: string, version: number, line: string): void {
    const key = `${path} ${name}`;
    const written = this.#written.get(key) ?? { lines: [] };
    this.#written.set(key, written);
    written.lines.push({ version, line });
  }

  /** One object as it stands, as an item of a list; null where there is none of that name. Deployments only. */
  named(path: string, name: string): string | null {
    const last = this.#written.get(`${path} ${name}`)?.lines.at(-1);
    if (last !== undefined) return last.line.slice('{"type":"MODIFIED","object":'.length, -2);
    const kind = this.kinds.get(path);
    const index = Number(/^app-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    return kind === undefined || path !== PATHS.deployments || !(index < kind.count) ? null : kind.item(index);
  }

  /** What was put on the wire of one object after a version. */
  since(path: string, name: string, version: number): string[] {
    const lines = this.#written.get(`${path} ${name}`)?.lines ?? [];
    return lines.filter((one) => one.version > version).map(({ line }) => line);
  }

  #stampOf(kind: EstateKind, index: number) {
    const { text, name } = kind.copy(index);
    return this.#stamps.of(text, name);
  }

  /** `head` before each, in place of the brace that it begins with where `open`; `between` after all but the last. */
  #join(kind: EstateKind, start: number, end: number, head: string, between: string, open = false): Buffer {
    const cut = open ? 1 : 0;
    let length = Math.max(0, end - start - 1) * between.length + (end - start) * head.length;
    for (let index = start; index < end; index += 1) length += this.#stampOf(kind, index).length - cut;
    const bytes = Buffer.allocUnsafe(length);
    let at = 0;
    for (let index = start; index < end; index += 1) {
      if (index > start) at += bytes.write(between, at, 'latin1');
      const stamp = this.#stampOf(kind, index);
      const stop = stamp.write(kind.copy(index).name, bytes, at + head.length - cut);
      // Over the brace of the copy.
      bytes.write(head, at, 'latin1');
      at = stop;
    }
    return bytes;
  }
}

/** The line of a watch up to the first property of the object, which an item of a list begins with. */
function headOf(type: string, { kind, apiVersion }: EstateKind): string {
  return `{"type":"${type}","object":{"kind":"${kind}","apiVersion":"${apiVersion}",`;
}

/** A line that tells an item of a list as written anew. */
export function modified(kind: EstateKind, item: string, version: number): string {
  return withVersion(`${headOf('MODIFIED', kind)}${item.slice(1)}}\n`, version);
}
