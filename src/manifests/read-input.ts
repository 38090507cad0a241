/** Opens what `audit` was given: files, folders with all that is in them, or standard input. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Bad input, in one sentence for the person who gave it. The command ends with exit code 2. */
export class ManifestInputError extends Error {
  override readonly name = 'ManifestInputError';
}

/** One text to read manifests from. */
export interface ManifestText {
  /** As messages name it: the path as it was given, or 'standard input'. */
  readonly file: string;
  /** Absolute path; null for standard input. */
  readonly path: string | null;
  /** It was named itself, and not found in a folder: whatever is wrong with it gets said. */
  readonly named: boolean;
  readonly text: string;
  /** Why a file found in a folder could not be read; null for all others. */
  readonly fault: string | null;
}

const MANIFEST_NAME = /(\.(ya?ml|json)|^Kustomization)$/i;
const STDIN = 'standard input';
const AT_A_TIME = 64;

/**
 * Every text behind the paths, in the order of the paths and, within a folder, of the names. Hidden ones and
 * node_modules are left out, links to folders are not followed. @throws ManifestInputError for a path that cannot be read.
 */
export async function* readInput(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<ManifestText> {
  for (const path of paths) {
    if (path === '-') {
      yield { file: STDIN, path: null, named: true, text: withoutMark(await readAll(stdin)), fault: null };
      continue;
    }
    const stats = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (!stats.isDirectory()) {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        throw unreadable(path, error);
      });
      yield { file: path, path: resolve(path), named: true, text: withoutMark(text), fault: null };
      continue;
    }
    yield* readAhead(filesBelow(path));
  }
}

/** Reads a few files at a time: most of the time of a large folder is waiting for the disk. */
async function* readAhead(files: AsyncIterable<string>): AsyncGenerator<ManifestText> {
  let batch: Promise<ManifestText>[] = [];
  for await (const file of files) {
    batch.push(readFound(file));
    if (batch.length < AT_A_TIME) continue;
    yield* await Promise.all(batch);
    batch = [];
  }
  yield* await Promise.all(batch);
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') yield* filesBelow(path);
    } else if (MANIFEST_NAME.test(entry.name) && (entry.isFile() || (await pointsToFile(path)))) {
      yield path;
    }
  }
}

async function pointsToFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() === true;
}

/** One unreadable file in a folder must not cost the others. */
async function readFound(file: string): Promise<ManifestText> {
  const found = { file, path: resolve(file), named: false };
  try {
    return { ...found, text: withoutMark(await readFile(file, 'utf8')), fault: null };
  } catch (error) {
    return { ...found, text: '', fault: `it cannot be read: ${reasonOf(error)}` };
  }
}

/** The byte order mark that some editors write is no part of the text. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

async function readAll(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

function unreadable(path: string, error: unknown): ManifestInputError {
  return new ManifestInputError(`${path} cannot be read: ${reasonOf(error)}.`);
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'access is denied';
  return error instanceof Error ? error.message : String(error);
}
