/**
 * The chunks of a build as one file. Node compiles a whole file before the first line of it runs, which for all of Tugwatch
 * takes longer than most commands do; so the chunks stand behind the start as comments, line by line as they are, and a
 * chunk is read out of the file and compiled when something imports it.
 */

export interface Chunk {
  /** As others import it: './chunks/name.js' is 'name.js'. */
  readonly name: string;
  /** An ES module, its lines ended by line feeds alone. */
  readonly code: string;
}

/**
 * A module is told to be the file itself, so that paths beside it are found, and the chunk. An import of node:fs would
 * load all that node:fs can load, streams and all; asking for it does not.
 */
const STARTER = `const { closeSync, fstatSync, openSync, readSync } = process.getBuiltinModule('fs');
const chunks = new Map(__CHUNKS__);
const file = openSync(import.meta.filename);
const { size } = fstatSync(file);
closeSync(file);
const mark = import.meta.url + '?';
function sourceOf(name) {
  const [fromEnd, length] = chunks.get(name);
  const bytes = Buffer.allocUnsafe(length);
  const file = openSync(import.meta.filename);
  try {
    for (let at = 0; at < length; ) {
      const read = readSync(file, bytes, at, length - at, size - fromEnd + at);
      if (read === 0) throw new Error(import.meta.filename + ' was replaced while it ran');
      at += read;
    }
  } finally {
    closeSync(file);
  }
  const code = bytes.latin1Slice().replaceAll('\\n//', '\\n').slice(2);
  return code.includes('\\x7f') ? code.replace(/\\x7f(.{4})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))) : code;
}
process.getBuiltinModule('module').registerHooks({
  resolve(specifier, context, next) {
    const name = specifier.slice(specifier.lastIndexOf('/') + 1);
    if (!specifier.startsWith('./') || !chunks.has(name)) return next(specifier, context);
    return { url: mark + name, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith(mark)) return next(url, context);
    return { format: 'module', source: sourceOf(url.slice(mark.length)), shortCircuit: true };
  },
});
await import('./__ENTRY__');
`;

/**
 * One file that does what its chunks do, beginning with `entry`, the name of one of them. Names must be told apart by
 * what follows their last slash.
 *
 * @throws Error when a chunk could not be read back as it is
 */
export function packIntoOneFile(chunks: readonly Chunk[], entry: string): string {
  const sections = chunks.map(({ name, code }) => ({ name, text: comment(name, code) }));
  let fromEnd = sections.reduce((sum, { text }) => sum + text.length, 0);
  const index: [string, [fromEnd: number, bytes: number]][] = [];
  for (const { name, text } of sections) {
    // Without the line feed that ends the section.
    index.push([name, [fromEnd, text.length - 1]]);
    fromEnd -= text.length;
  }
  if (new Set(chunks.map(({ name }) => name)).size < chunks.length) throw new Error('two chunks have one name');
  if (!chunks.some(({ name }) => name === entry)) throw new Error(`no chunk is called ${entry}`);
  const starter = STARTER.replace('__CHUNKS__', JSON.stringify(index)).replace('__ENTRY__', entry);
  return [starter, ...sections.map(({ text }) => text)].join('');
}

/** Stands before the four hex digits of a character beyond ASCII: with such a character V8 takes twice as long over all. */
const BEYOND_ASCII = '\x7f';

function comment(name: string, code: string): string {
  const odd = /[\r\x7f]/.exec(code)?.[0];
  if (odd !== undefined) throw new Error(`${name} holds ${JSON.stringify(odd)}, which would not come out as it is`);
  const ascii = code.replace(/[^\0-\x7f]/g, (unit) => BEYOND_ASCII + unit.charCodeAt(0).toString(16).padStart(4, '0'));
  return `//${ascii.replaceAll('\n', '\n//')}\n`;
}
