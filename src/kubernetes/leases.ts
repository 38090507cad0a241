/** One Lease (coordination.k8s.io/v1): read, create, renew, give up. Every write names the version it was made from. */
import type { Json, Millis } from '../model/facts.ts';
import { FIELD_MANAGER } from '../remedy/applied-fixes.ts';
import type { WritingClient } from './client.ts';
import { KubeRequestError } from './errors.ts';
import { microTime } from './event-recorder.ts';
import { asObject, countAt, textAt } from './projections/read-json.ts';

/** What a Lease says. Its times are left out: nothing is decided by another's clock. */
export interface LeaseView {
  /** '' when nobody holds it. */
  readonly holder: string;
  /** Milliseconds; null where the Lease does not say. */
  readonly duration: Millis | null;
  readonly transitions: number;
  /** Another one is a sign of life: renewTime is no better, and two renewals may carry the same one. */
  readonly resourceVersion: string;
}

export interface LeaseWrite {
  readonly holder: string;
  /** Whole seconds. */
  readonly durationSeconds: number;
  /** By the clock on the wall: for people. */
  readonly at: Millis;
  /** acquireTime is `at`, too; otherwise it stays. */
  readonly acquire: boolean;
  readonly transitions: number;
}

/** A merge patch leaves alone what others have set on the object, labels and annotations. */
const MERGE_PATCH = 'application/merge-patch+json';

export class LeaseClient {
  readonly #client: WritingClient;
  readonly #namespace: string;
  readonly #name: string;

  constructor(client: WritingClient, namespace: string, name: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#name = name;
  }

  /** 'Lease tugwatch/tugwatch', for sentences. */
  get described(): string {
    return `Lease ${this.#namespace}/${this.#name}`;
  }

  /** null when there is none. @throws KubeRequestError */
  async read(signal: AbortSignal): Promise<LeaseView | null> {
    try {
      return viewOf(await this.#client.get(this.#path(this.#name), { signal }));
    } catch (error) {
      if (error instanceof KubeRequestError && error.error.kind === 'notFound') return null;
      throw error;
    }
  }

  /** @throws KubeRequestError, kind 'conflict' when somebody was faster */
  async create(write: LeaseWrite, signal: AbortSignal): Promise<LeaseView> {
    const metadata = { name: this.#name, namespace: this.#namespace };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: specOf(write) };
    const query = { fieldManager: FIELD_MANAGER };
    return viewOf(await this.#client.send('POST', this.#path(), { body, query, signal }));
  }

  /** @throws KubeRequestError, kind 'conflict' when another version stands there */
  async update(write: LeaseWrite, resourceVersion: string, signal: AbortSignal): Promise<LeaseView> {
    const body = { metadata: { resourceVersion }, spec: specOf(write) };
    const query = { fieldManager: FIELD_MANAGER };
    const options = { body, query, contentType: MERGE_PATCH, signal };
    return viewOf(await this.#client.send('PATCH', this.#path(this.#name), options));
  }

  #path(name?: string): string {
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(this.#namespace)}/leases`;
    return name === undefined ? leases : `${leases}/${encodeURIComponent(name)}`;
  }
}

function specOf({ holder, durationSeconds, at, acquire, transitions }: LeaseWrite): Record<string, unknown> {
  const time = microTime(at);
  return {
    holderIdentity: holder,
    leaseDurationSeconds: durationSeconds,
    leaseTransitions: transitions,
    renewTime: time,
    ...(acquire ? { acquireTime: time } : {}),
  };
}

/** @throws KubeRequestError when the answer is no Lease */
function viewOf(answer: unknown): LeaseView {
  const object = asObject(answer as Json);
  const resourceVersion = textAt(object, 'metadata', 'resourceVersion');
  if (object === undefined || resourceVersion === '') {
    throw new KubeRequestError({ kind: 'badResponse', reason: 'json', message: 'the answer is no Lease' });
  }
  const seconds = countAt(object, 'spec', 'leaseDurationSeconds');
  return {
    holder: textAt(object, 'spec', 'holderIdentity'),
    duration: seconds === null || seconds <= 0 ? null : seconds * 1000,
    transitions: countAt(object, 'spec', 'leaseTransitions') ?? 0,
    resourceVersion,
  };
}
