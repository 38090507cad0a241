/**
 * An ApplicationSet stands for the Applications it would make. List and git directory generators are followed as far as
 * the input goes; parameters of other generators stay in the text as they are.
 */
import { asObject, flagAt, type JsonObject, listAt, objectAt, textAt } from '../kubernetes/projections/read-json.ts';
import type { Json } from '../model/facts.ts';
import type { Folders } from './folders.ts';

type Parameters = ReadonlyMap<string, string>;

const NONE: Parameters = new Map();
/** More than this from one set says nothing new about it. */
const MOST = 200;

/** Raw Applications, with the set as their owner. */
export function applicationsOf(set: JsonObject, folders: Folders): JsonObject[] {
  const template = objectAt(set, 'spec', 'template');
  if (template === undefined) return [];
  const sets = listAt(set, 'spec', 'generators').flatMap((generator) => parametersOf(generator, folders));
  const made = new Map<string, JsonObject>();
  for (const parameters of (sets.length === 0 ? [NONE] : sets).slice(0, MOST)) {
    const application = applicationFrom(set, filled(template, parameters) as JsonObject);
    const name = textAt(application, 'metadata', 'name');
    if (!made.has(name)) made.set(name, application);
  }
  return [...made.values()];
}

function applicationFrom(set: JsonObject, template: JsonObject): JsonObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      ...objectAt(template, 'metadata'),
      namespace: textAt(set, 'metadata', 'namespace'),
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'ApplicationSet',
          name: textAt(set, 'metadata', 'name'),
          controller: true,
        },
      ],
    },
    spec: objectAt(template, 'spec') ?? {},
  };
}

function parametersOf(generator: Json, folders: Folders): Parameters[] {
  const elements = listAt(generator, 'list', 'elements');
  if (elements.length > 0) return elements.map((element) => flattened(element));
  const directories = listAt(generator, 'git', 'directories');
  if (directories.length > 0) return directoryParameters(directories, folders);
  const [first, ...others] = [
    ...listAt(generator, 'matrix', 'generators'),
    ...listAt(generator, 'merge', 'generators'),
  ];
  if (first === undefined) return [NONE];
  return others.reduce<Parameters[]>(
    (sets, other) => sets.flatMap((set) => parametersOf(other, folders).map((more) => new Map([...set, ...more]))),
    parametersOf(first, folders),
  );
}

function directoryParameters(directories: readonly Json[], folders: Folders): Parameters[] {
  const paths = (excluded: boolean) =>
    directories
      .filter((entry) => flagAt(entry, 'exclude') === excluded)
      .flatMap((entry) => folders.matching(textAt(entry, 'path')));
  const left = new Set(paths(true));
  return paths(false)
    .filter((path) => !left.has(path))
    .map((path) => {
      const basename = path.slice(path.lastIndexOf('/') + 1);
      return new Map([
        ...[['path', path] as const, ['path.basename', basename] as const],
        ...[['path.path', path] as const, ['path.basenameNormalized', basename] as const],
      ]);
    });
}

/** {a: {b: 'x'}} → 'a.b' is 'x'. */
function flattened(value: Json, prefix = ''): Parameters {
  const object = asObject(value);
  if (object === undefined) return prefix === '' ? NONE : new Map([[prefix, String(value)]]);
  return new Map(
    Object.entries(object).flatMap(([key, child]) => [...flattened(child, prefix === '' ? key : `${prefix}.${key}`)]),
  );
}

const PARAMETER = /\{\{-?\s*\.?([\w.-]+?)\s*-?\}\}/g;

function filled(value: Json, parameters: Parameters): Json {
  if (typeof value === 'string') {
    return value.replace(PARAMETER, (whole, name: string) => parameters.get(name) ?? whole);
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, parameters));
  const object = asObject(value);
  if (object === undefined) return value;
  return Object.fromEntries(Object.entries(object).map(([key, child]) => [key, filled(child, parameters)]));
}
