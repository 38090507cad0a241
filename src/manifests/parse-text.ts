/** One text → the objects in it, each with its line. Multi-document YAML, JSON, and lists of either. */
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  YAMLParseError,
} from 'yaml';
import { asObject, type JsonObject, listAt, textAt } from '../kubernetes/projections/read-json.ts';
import type { Json } from '../model/facts.ts';
import type { ManifestText } from './read-input.ts';

/** One object as it stands in a file. */
export interface ManifestObject {
  readonly raw: JsonObject;
  readonly file: string;
  readonly path: string | null;
  /**
   * 1-based lines of the object, of its spec.replicas and of its spec.ignoreDifferences; a large JSON text is searched
   * only when somebody asks.
   */
  readonly lines: () => { readonly object: number; readonly replicas: number | null; readonly rules: number | null };
}

/** A part of the input that is not valid; it is left out and all the rest is used. */
export interface ManifestProblem {
  readonly file: string;
  readonly line: number;
  /** One sentence without file and line. */
  readonly message: string;
}

export interface ParsedText {
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly ManifestProblem[];
  /** Documents that are templates still: Helm's braces where YAML has a value. */
  readonly templates: number;
}

export function parseText(input: ManifestText): ParsedText {
  if (input.fault !== null) {
    return { objects: [], problems: [{ file: input.file, line: 1, message: input.fault }], templates: 0 };
  }
  return isJson(input) ? parseJson(input) : parseYaml(input);
}

function isJson({ text, file }: ManifestText): boolean {
  return /\.json$/i.test(file) || /^\s*\{\s*["}]/.test(text.slice(0, 200));
}

function parseJson(input: ManifestText): ParsedText {
  let value: Json;
  try {
    value = JSON.parse(input.text) as Json;
  } catch {
    // Comments and several documents are no JSON, but YAML; and its parser names the line of what is wrong.
    const parsed = parseYaml(input);
    // A folder holds JSON of every kind; only what was meant as a manifest is worth a word.
    const meant = input.named || /"kind"\s*:/.test(input.text);
    return meant ? parsed : { ...parsed, problems: [] };
  }
  const located = lazily(() => parseYaml(input).objects);
  const objects = flatten(value, input.file).map((raw, index) => ({
    raw,
    file: input.file,
    path: input.path,
    lines: () => located()[index]?.lines() ?? { object: 1, replicas: null, rules: null },
  }));
  return { objects, problems: [], templates: 0 };
}

function parseYaml(input: ManifestText): ParsedText {
  const counter = new LineCounter();
  const documents = parseAllDocuments(input.text, { lineCounter: counter, logLevel: 'silent' });
  const objects: ManifestObject[] = [];
  const problems: ManifestProblem[] = [];
  let templates = 0;
  for (const document of Array.isArray(documents) ? documents : []) {
    if (isTemplate(document, input.text)) {
      templates += 1;
      continue;
    }
    const error = document.errors.find((each) => each.code !== 'DUPLICATE_KEY') ?? swallowed(document, counter);
    if (error !== undefined) {
      problems.push({
        file: input.file,
        line: counter.linePos(error.pos[0]).line,
        message: firstSentence(error.message),
      });
      continue;
    }
    try {
      objects.push(...objectsIn(document, input, counter));
    } catch (error) {
      // Too many aliases: a bomb, or an anchor that is missing.
      const line = counter.linePos(document.range[0]).line;
      problems.push({
        file: input.file,
        line,
        message: error instanceof Error ? firstSentence(error.message) : 'not readable',
      });
    }
  }
  return { objects, problems, templates };
}

/**
 * Of a key that occurs twice the last one wins, as in Argo CD and kubectl. Where that is the kind itself, two documents
 * run into each other and one of them would be lost without a word.
 */
function swallowed(document: Document.Parsed, counter: LineCounter): YAMLParseError | undefined {
  if (!isMap(document.contents)) return undefined;
  const kinds = document.contents.items.filter((pair) => isScalar(pair.key) && pair.key.value === 'kind');
  const second = kinds[1]?.key;
  if (!isScalar(second)) return undefined;
  const at = second.range?.[0] ?? 0;
  const first = lineOf(kinds[0]?.key, counter);
  return new YAMLParseError(
    [at, at],
    'DUPLICATE_KEY',
    `A second kind (the first is in line ${first}): a line with --- is missing between two documents`,
  );
}

/** Braces in the document, and what the parser makes of them is broken, or a map that is the key of a map. */
function isTemplate(document: Document.Parsed, text: string): boolean {
  const [start, , end] = document.range;
  if (!text.slice(start, Math.max(end, document.errors[0]?.pos[1] ?? end)).includes('{{')) return false;
  if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return true;
  let found = false;
  visit(document, {
    Pair: (_key, pair) => {
      if (!isMap(pair.key)) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function objectsIn(document: Document.Parsed, input: ManifestText, counter: LineCounter): ManifestObject[] {
  const value = document.toJS({ maxAliasCount: 100 }) as Json;
  const nodes = itemNodes(document.contents, input.file);
  return flatten(value, input.file).map((raw, index) => {
    const node = nodes[index];
    const object = lineOf(node, counter) ?? counter.linePos(document.range[0]).line;
    const lineIn = (...path: string[]) => (isMap(node) ? lineOf(node.getIn(path, true), counter) : null);
    const replicas = lineIn('spec', 'replicas');
    const rules = lineIn('spec', 'ignoreDifferences');
    return { raw, file: input.file, path: input.path, lines: () => ({ object, replicas, rules }) };
  });
}

/** The objects of a document: itself, or the items of a List. Anything without apiVersion and kind is no object. */
function flatten(value: Json, file: string): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap((item) => flatten(item, file));
  const object = asObject(value);
  if (object === undefined) return [];
  if (isList(textAt(object, 'kind')) && Array.isArray(object['items'])) {
    return listAt(object, 'items').flatMap((item) => flatten(item, file));
  }
  if (textAt(object, 'apiVersion') !== '' && textAt(object, 'kind') !== '') return [object];
  return isKustomization(file) ? [{ ...KUSTOMIZATION, ...object }] : [];
}

/** The nodes of the same objects, in the same order. */
function itemNodes(node: unknown, file: string): unknown[] {
  if (isSeq(node)) return node.items.flatMap((item) => itemNodes(item, file));
  if (!isMap(node)) return [];
  const kind = node.get('kind');
  const items = node.get('items', true);
  if (typeof kind === 'string' && isList(kind) && isSeq(items))
    return items.items.flatMap((item) => itemNodes(item, file));
  return (node.get('apiVersion') && kind) || isKustomization(file) ? [node] : [];
}

function isList(kind: string): boolean {
  return kind.endsWith('List');
}

/** Both may be left out there, and often are. */
const KUSTOMIZATION = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };

function isKustomization(file: string): boolean {
  return /(^|[\\/])kustomization(\.ya?ml)?$/i.test(file);
}

function lineOf(node: unknown, counter: LineCounter): number | null {
  if (!isNode(node)) return null;
  const start = (node as Node).range?.[0];
  return start === undefined ? null : counter.linePos(start).line;
}

/** The parser draws the place below its first line. */
function firstSentence(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
