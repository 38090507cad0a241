/**
 * Events (events.k8s.io/v1) about what Tugwatch did, where people look first: `kubectl describe`, and Argo CD's page of
 * an Application. An Event that cannot be written is said and never keeps anything else from happening.
 */
import type { Millis, ObjectRef } from '../model/facts.ts';
import type { WritingClient } from './client.ts';
import { KubeRequestError } from './errors.ts';

/** An object as an Event names it; `uid` '' where it is not known. */
export interface EventSubject {
  readonly ref: ObjectRef;
  readonly uid: string;
}

export interface EventInput {
  readonly at: Millis;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, stable: people filter by it. */
  readonly reason: string;
  /** What was done, as a verb: 'Remediate'. */
  readonly action: string;
  readonly note: string;
  readonly regarding: EventSubject;
  readonly related: EventSubject | null;
}

export interface EventRecorderOptions {
  readonly client: WritingClient;
  /** Which process: the pod's name, or who ran the command. */
  readonly instance: string;
  /** One sentence about an Event that was not written. */
  readonly warn: (message: string) => void;
  readonly random?: () => number;
}

const CONTROLLER = 'tugwatch.dev/tugwatch';
/** Limits of the API (kubernetes pkg/apis/core/validation/events.go). */
const NOTE_BYTES = 1024;
const INSTANCE_LENGTH = 128;

export class EventRecorder {
  readonly #options: EventRecorderOptions;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** False when it was not written. Never throws. */
  async record(event: EventInput, signal: AbortSignal): Promise<boolean> {
    const { client, warn } = this.#options;
    // Events of cluster-scoped objects live in 'default' (client-go tools/events/event_recorder.go).
    const namespace = event.regarding.ref.namespace || 'default';
    const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    try {
      await client.send('POST', path, { body: this.#object(event, namespace), signal });
      return true;
    } catch (error) {
      const reason = error instanceof KubeRequestError ? error.message : String(error);
      warn(`no Event on ${event.regarding.ref.kind} ${event.regarding.ref.name}: ${reason}`);
      return false;
    }
  }

  #object(event: EventInput, namespace: string): Record<string, unknown> {
    const { regarding, related } = event;
    const random = this.#options.random ?? Math.random;
    const suffix = `${event.at.toString(16)}${Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0')}`;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      // The name of an object may fill the 253 characters alone.
      metadata: { name: `${regarding.ref.name.slice(0, 200)}.${suffix}`.replace(/[-.]+\.(?=\w+$)/, '.'), namespace },
      eventTime: microTime(event.at),
      type: event.type,
      reason: event.reason,
      action: event.action,
      note: clipToBytes(event.note, NOTE_BYTES),
      reportingController: CONTROLLER,
      reportingInstance: this.#options.instance.slice(0, INSTANCE_LENGTH) || 'tugwatch',
      regarding: reference(regarding),
      ...(related === null ? {} : { related: reference(related) }),
    };
  }
}

/** metav1.MicroTime: exactly six digits, or the server rejects it (client-node issue 828). */
export function microTime(at: Millis): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}

/** The longest start of the text that has at most so many bytes in UTF-8, whole characters only. */
export function clipToBytes(text: string, limit: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= limit) return text;
  const end = '…';
  let keep = limit - new TextEncoder().encode(end).length;
  // 10xxxxxx continues a character: cut before its first byte (RFC 3629).
  while (keep > 0 && ((bytes[keep] ?? 0) & 0xc0) === 0x80) keep -= 1;
  return new TextDecoder().decode(bytes.subarray(0, keep)) + end;
}

function reference({ ref, uid }: EventSubject): Record<string, string> {
  const { apiVersion, kind, namespace, name } = ref;
  return { apiVersion, kind, name, ...(namespace === '' ? {} : { namespace }), ...(uid === '' ? {} : { uid }) };
}
