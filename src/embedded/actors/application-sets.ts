/**
 * The ApplicationSet controller with list generators: makes Applications from the template and undoes, within a
 * moment, what anybody changes in them (argo-cd applicationset/utils/createOrUpdate.go).
 */
import { type ClusterContext, WorkQueue } from '../context.ts';
import {
  getAt,
  isObject,
  type JsonObject,
  type JsonValue,
  listAt,
  parsePointer,
  removeAt,
  sameJson,
  setAt,
} from '../json.ts';
import { kindOf } from '../kinds.ts';
import { controllerOf, type KubeObject, namespaceOf } from '../objects.ts';

const APPLICATION = kindOf('argoproj.io/v1alpha1', 'Application');
const APPLICATION_SET = kindOf('argoproj.io/v1alpha1', 'ApplicationSet');
/** The multi-call binary under its own name (seen in recordings). */
const AUTHOR = { manager: 'argocd', actor: 'applicationset' };

export class ApplicationSetController {
  readonly #context: ClusterContext;
  readonly #queue: WorkQueue;

  constructor(context: ClusterContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context, (key) => this.#reconcile(key), [80, 500]);
    context.store.follow(APPLICATION_SET, ({ object, previous, type }) => {
      if (type !== 'DELETED' && previous?.spec !== object.spec) {
        this.#queue.add(`${namespaceOf(object)}/${object.metadata.name}`);
      }
    });
    context.store.follow(APPLICATION, ({ object, previous, type }) => {
      const owner = controllerOf(object);
      if (owner?.kind !== 'ApplicationSet' || (type === 'MODIFIED' && previous?.spec === object.spec)) return;
      this.#queue.add(`${namespaceOf(object)}/${owner.name}`);
    });
  }

  #reconcile(key: string): void {
    const slash = key.indexOf('/');
    const set = this.#context.store.get(APPLICATION_SET, key.slice(0, slash), key.slice(slash + 1));
    if (set === undefined) return;
    for (const wanted of generateApplications(set)) this.#bringAbout(set, wanted);
  }

  #bringAbout(set: KubeObject, wanted: KubeObject): void {
    const { store } = this.#context;
    const live = store.get(APPLICATION, namespaceOf(wanted), wanted.metadata.name);
    if (live === undefined) {
      store.create(wanted, AUTHOR);
      return;
    }
    const policy = getAt(set.spec, 'syncPolicy', 'applicationsSync');
    if (policy === 'create-only' || policy === 'create-delete') return;
    const spec = withIgnored(wanted.spec ?? {}, live, set);
    if (!sameJson(spec, live.spec)) store.update({ ...live, spec }, AUTHOR);
  }
}

/** spec.ignoreApplicationDifferences: what may differ in the live Application. */
function withIgnored(spec: JsonObject, live: KubeObject, set: KubeObject): JsonObject {
  let result: JsonValue = { spec };
  for (const rule of listAt(set.spec, 'ignoreApplicationDifferences')) {
    for (const pointer of listAt(rule, 'jsonPointers')) {
      const path = parsePointer(String(pointer));
      const value = getAt(live, ...path);
      result = value === undefined ? removeAt(result, path) : setAt(result, path, value);
    }
  }
  return (result as { spec: JsonObject }).spec;
}

/** One Application per element of the list generators, `{{.key}}` replaced in every string. */
export function generateApplications(set: KubeObject): KubeObject[] {
  const elements = listAt(set.spec, 'generators').flatMap((generator) => listAt(generator, 'list', 'elements'));
  return elements.map((element) => {
    const template = fillIn(getAt(set.spec, 'template') ?? {}, isObject(element) ? element : {}) as JsonObject;
    const { name, labels } = template['metadata'] as { name: string; labels?: Record<string, string> };
    return {
      apiVersion: APPLICATION.apiVersion,
      kind: APPLICATION.kind,
      metadata: {
        name,
        namespace: namespaceOf(set),
        ...(labels === undefined ? {} : { labels }),
        ownerReferences: [
          {
            apiVersion: set.apiVersion,
            kind: set.kind,
            name: set.metadata.name,
            uid: set.metadata.uid ?? '',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: template['spec'] as JsonObject,
    };
  });
}

function fillIn(value: JsonValue, parameters: JsonObject): JsonValue {
  if (typeof value === 'string') {
    return value.replace(/\{\{\s*\.?(\w+)\s*\}\}/g, (_, key: string) => String(parameters[key] ?? ''));
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => fillIn(item, parameters));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, parameters)]));
}
