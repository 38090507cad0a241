/** v1 Events as the controllers record them: a repeated message raises `count` of the same Event. */
import type { JsonObject } from './json.ts';
import { kindOf } from './kinds.ts';
import { formatSeconds, type KubeObject, namespaceOf } from './objects.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Store } from './store.ts';

export interface RecordedEvent {
  readonly regarding: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** 'deployment-controller', 'horizontal-pod-autoscaler', … */
  readonly component: string;
  readonly manager: string;
  readonly annotations?: { readonly [key: string]: string };
  /** Argo CD creates every Event anew. */
  readonly aggregate?: boolean;
}

const EVENT = kindOf('v1', 'Event');
/** After so many different messages, counts start anew: bounded memory for a cluster that runs for days. */
const REMEMBERED = 2_000;

export class EventRecorder {
  readonly #store: Store;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #enabled: boolean;
  readonly #names = new Map<string, string>();

  constructor(store: Store, scheduler: Scheduler, random: Random, enabled: boolean) {
    this.#store = store;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#enabled = enabled;
  }

  record(event: RecordedEvent): void {
    if (!this.#enabled) return;
    const { regarding } = event;
    const namespace = namespaceOf(regarding) || 'default';
    const key = `${regarding.metadata.uid}|${event.component}|${event.reason}|${event.message}`;
    const known = event.aggregate === false ? undefined : this.#names.get(key);
    const live = known === undefined ? undefined : this.#store.get(EVENT, namespace, known);
    const at = formatSeconds(this.#scheduler.now());
    if (live !== undefined) {
      const count = Number(live['count'] ?? 1) + 1;
      this.#store.update({ ...live, count, lastTimestamp: at }, { manager: event.manager });
      return;
    }
    const name = `${regarding.metadata.name}.${this.#random.hex(16)}`;
    if (this.#names.size >= REMEMBERED) this.#names.clear();
    this.#names.set(key, name);
    this.#store.create(newEvent(event, namespace, name, at), { manager: event.manager });
  }
}

function newEvent(event: RecordedEvent, namespace: string, name: string, at: string): KubeObject {
  const { regarding } = event;
  const metadata = event.annotations === undefined ? {} : { annotations: event.annotations };
  const involvedObject: JsonObject = {
    kind: regarding.kind,
    ...(regarding.metadata.namespace === undefined ? {} : { namespace: regarding.metadata.namespace }),
    name: regarding.metadata.name,
    uid: regarding.metadata.uid ?? '',
    apiVersion: regarding.apiVersion,
    resourceVersion: regarding.metadata.resourceVersion ?? '',
  };
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name, namespace, ...metadata },
    involvedObject,
    reason: event.reason,
    message: event.message,
    source: { component: event.component },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    type: event.type,
    eventTime: null,
    reportingComponent: event.component.startsWith('argocd') ? '' : event.component,
    reportingInstance: '',
  };
}
