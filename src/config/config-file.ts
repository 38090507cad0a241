/** The configuration file: its settings, and on which line each of them stands. */
import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { ConfigError } from './config-error.ts';

export interface ConfigFile {
  readonly settings: Readonly<Record<string, unknown>>;
  /** 'tugwatch.yaml:3', the line of what the path leads to, or of the last part of it that is there. */
  whereIs(path: readonly PropertyKey[]): string;
}

/** @throws ConfigError when it cannot be read, or is no map of settings */
export function readConfigFile(file: string): ConfigFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(textOf(file), { lineCounter });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const line = broken.linePos === undefined ? '' : ` line ${broken.linePos[0].line}`;
    throw new ConfigError(`The configuration ${file}${line} is no valid YAML.`);
  }
  let value: unknown;
  try {
    value = document.toJS() ?? {};
  } catch {
    // Aliases that lead nowhere, or unfold to more than anybody would write.
    throw new ConfigError(`The configuration ${file} is no valid YAML.`);
  }
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigError(`The configuration ${file} is no map of settings.`);
  return {
    settings: value as Record<string, unknown>,
    whereIs(path) {
      const offset = offsetOf(document.contents, path);
      return offset === null ? file : `${file}:${lineCounter.linePos(offset).line}`;
    },
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `Cannot read the configuration ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}.`,
    );
  }
}

/** Where the key or item begins that the path leads to. */
function offsetOf(root: unknown, path: readonly PropertyKey[]): number | null {
  let offset: number | null = null;
  let node = root;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      const range: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'range') : undefined;
      if (Array.isArray(range)) offset = Number(range[0]);
    } else break;
  }
  return offset;
}
