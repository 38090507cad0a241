/** The checkpoint in a ConfigMap, for all replicas: whoever leads writes it, whoever starts or takes over reads it. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { WritingClient } from '../kubernetes/client.ts';
import { KubeRequestError } from '../kubernetes/errors.ts';
import { objectAt, textAt } from '../kubernetes/projections/read-json.ts';
import type { Json } from '../model/facts.ts';
import { FIELD_MANAGER } from '../remedy/applied-fixes.ts';
import { fitCheckpoint } from './checkpoint-fit.ts';
import type { StoredCheckpoint } from './checkpoint-sections.ts';
import type { CheckpointStore } from './checkpoint-store.ts';

const KEY = 'checkpoint.json.gz';
const MERGE_PATCH = 'application/merge-patch+json';
const REQUEST_MS = 5_000;
/** A few kilobytes that unpack to gigabytes are no checkpoint. */
const MOST_UNPACKED = 64 * 1024 * 1024;
/** Writes without an answer that are remembered; each was another state. */
const MOST_UNANSWERED = 100;
const unpack = promisify(gunzip);

export interface ConfigMapPlace {
  readonly namespace: string;
  readonly name: string;
}

export interface CheckpointConfigMapOptions {
  /** One that writes only while this process leads. */
  readonly client: WritingClient;
  readonly place: ConfigMapPlace;
  /** Told in one sentence what a checkpoint that is too large goes without, once until that changes. */
  readonly warn: (message: string) => void;
}

export class CheckpointConfigMap implements CheckpointStore {
  readonly described: string;
  readonly #options: CheckpointConfigMapOptions;
  /** null: none is there, as far as we know. */
  #resourceVersion: string | null = null;
  /** Digests of what was sent and never answered: any of it may be what is stored. */
  readonly #unanswered = new Set<string>();
  #saidDropped = '';

  constructor(options: CheckpointConfigMapOptions) {
    this.#options = options;
    this.described = `ConfigMap ${options.place.namespace}/${options.place.name}`;
  }

  async read(): Promise<unknown> {
    const { client, place } = this.#options;
    try {
      const object = (await client.get(pathOf(place, place.name), { signal: AbortSignal.timeout(REQUEST_MS) })) as Json;
      this.#resourceVersion = textAt(object, 'metadata', 'resourceVersion');
      return await contentOf(object, this.described);
    } catch (error) {
      if (!isKind(error, 'notFound')) throw error;
      this.#resourceVersion = null;
      return null;
    }
  }

  /**
   * On the version that was read or written last. Another one means that somebody else wrote: it is not overwritten, and
   * the error is a KubeRequestError of kind 'conflict'.
   */
  async write(checkpoint: StoredCheckpoint): Promise<void> {
    const { packed, dropped } = await fitCheckpoint(checkpoint);
    this.#tell(dropped);
    const content = packed.toString('base64');
    try {
      await this.#put(content);
    } catch (error) {
      if (!isKind(error, 'conflict') || !(await this.#isOurs())) throw error;
      await this.#put(content);
    }
  }

  async #put(content: string): Promise<void> {
    const binaryData = { [KEY]: content };
    try {
      const stored = await (this.#resourceVersion === null ? this.#create(binaryData) : this.#update(binaryData));
      this.#resourceVersion = textAt(stored as Json, 'metadata', 'resourceVersion');
      this.#unanswered.clear();
    } catch (error) {
      // Whoever gives no answer, or says that etcd gave none, may have stored it.
      const isOpen = isKind(error, 'network') || isKind(error, 'server');
      if (isOpen && this.#unanswered.size < MOST_UNANSWERED) this.#unanswered.add(digestOf(content));
      throw error;
    }
  }

  /** Whether what is stored is an own write whose answer was lost: nobody else wrote, and it is the version to go on from. */
  async #isOurs(): Promise<boolean> {
    if (this.#unanswered.size === 0) return false;
    const { client, place } = this.#options;
    const object = (await client.get(pathOf(place, place.name), { signal: AbortSignal.timeout(REQUEST_MS) })) as Json;
    if (!this.#unanswered.has(digestOf(textAt(objectAt(object, 'binaryData'), KEY)))) return false;
    this.#resourceVersion = textAt(object, 'metadata', 'resourceVersion');
    return true;
  }

  #create(binaryData: Record<string, string>): Promise<unknown> {
    const { client, place } = this.#options;
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...place }, binaryData };
    return client.send('POST', pathOf(place), { body, ...writing() });
  }

  async #update(binaryData: Record<string, string>): Promise<unknown> {
    const { client, place } = this.#options;
    const body = { metadata: { resourceVersion: this.#resourceVersion }, binaryData };
    const path = pathOf(place, place.name);
    try {
      return await client.send('PATCH', path, { body, contentType: MERGE_PATCH, ...writing() });
    } catch (error) {
      if (!isKind(error, 'notFound')) throw error;
      // Somebody deleted it: what we know is all there is.
      this.#resourceVersion = null;
      return this.#create(binaryData);
    }
  }

  #tell(dropped: readonly string[]): void {
    const said = dropped.join(', ');
    if (said !== '' && said !== this.#saidDropped)
      this.#options.warn(`the checkpoint is too large for ${this.described} and goes without ${said}`);
    this.#saidDropped = said;
  }
}

/** 'namespace/name', or a name in `home`. @throws Error with a sentence when no namespace is known */
export function placeOf(setting: string, home: string): ConfigMapPlace {
  const [first = '', second] = setting.split('/');
  const place = second === undefined ? { namespace: home, name: first } : { namespace: first, name: second };
  if (place.namespace === '')
    throw new Error(`checkpointConfigMap ${setting} names no namespace, and this is no pod; use namespace/${setting}`);
  return place;
}

function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('base64');
}

async function contentOf(object: Json, described: string): Promise<unknown> {
  const packed = textAt(objectAt(object, 'binaryData'), KEY);
  if (packed === '') return null;
  try {
    const text = await unpack(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_UNPACKED });
    return JSON.parse(text.toString('utf8'));
  } catch {
    throw new Error(`the checkpoint in ${described} is no JSON in gzip`);
  }
}

function writing() {
  return { query: { fieldManager: FIELD_MANAGER }, signal: AbortSignal.timeout(REQUEST_MS) };
}

function pathOf({ namespace }: ConfigMapPlace, name?: string): string {
  const configMaps = `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`;
  return name === undefined ? configMaps : `${configMaps}/${encodeURIComponent(name)}`;
}

function isKind(error: unknown, kind: string): boolean {
  return error instanceof KubeRequestError && error.error.kind === kind;
}
