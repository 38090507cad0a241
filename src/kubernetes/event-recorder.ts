/**
 * Events (events.k8s.io/v1) about what Tugwatch saw and did, where people look first: `kubectl describe`, and Argo CD's
 * page of an Application. An Event that cannot be written is said once and never keeps anything else from happening.
 *
 * What comes up again becomes a series of the first Event (KEP 383; client-go tools/events/event_broadcaster.go): count
 * and last time change, the note stays as it was, because the server refuses to change it.
 */
import type { Millis, ObjectRef } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { WritingClient } from './client.ts';
import { type KubeError, type KubeErrorKind, KubeRequestError } from './errors.ts';
import { TokenBuckets } from './token-bucket.ts';

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
  /** The same again within half an hour counts up the Event that is there; absent: each is an Event of its own. */
  readonly recurs?: boolean;
}

export interface EventRecorderOptions {
  readonly client: WritingClient;
  /** Which process: the pod's name, or who ran the command. */
  readonly instance: string;
  /** One sentence about an Event that was not written; the same trouble is told once until an Event is written again. */
  readonly warn: (message: string) => void;
  readonly random?: () => number;
}

/** limited: too many of late. failed: refused for good. unreached: the server may take it a little later. */
export type RecordOutcome = 'written' | 'limited' | 'failed' | 'unreached';

interface Series {
  readonly name: string;
  readonly namespace: string;
  count: number;
  lastAt: Millis;
}

const CONTROLLER = 'tugwatch.dev/tugwatch';
/** Limits of the API (kubernetes pkg/apis/core/validation/events.go). */
const NOTE_BYTES = 1024;
const INSTANCE_LENGTH = 128;
/** An apiserver forgets an Event an hour after it was written last (--event-ttl). */
const SERIES_MS = 30 * 60_000;
const MOST_SERIES = 500;
/** Of one object as client-go limits it (tools/record/events_cache.go), and of all of them in a bad minute. */
const PER_OBJECT = { burst: 25, everyMs: 300_000 } as const;
const IN_ALL = { burst: 50, everyMs: 1_000 } as const;
const MOST_OBJECTS = 2_000;

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #buckets = new TokenBuckets(PER_OBJECT, IN_ALL, MOST_OBJECTS);
  readonly #series = new Map<string, Series>();
  readonly #told = new Set<KubeErrorKind | 'limited' | 'defect'>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Never throws. An occurrence that was limited counts in the series that it belongs to. */
  async record(event: EventInput, signal: AbortSignal): Promise<RecordOutcome> {
    const series = event.recurs === true ? this.#seriesOf(event) : null;
    if (!this.#buckets.take(keyOf(event.regarding.ref), event.at)) {
      this.#tell('limited', event, 'there were too many of late');
      return 'limited';
    }
    try {
      if (series === null || series.count < 2) await this.#create(event, series, signal);
      else await this.#countUp(event, series, signal);
      this.#told.clear();
      return 'written';
    } catch (error) {
      if (signal.aborted) return 'unreached';
      if (!(error instanceof KubeRequestError)) {
        this.#tell('defect', event, String(error));
        return 'failed';
      }
      // What was not written is no series yet.
      if (series?.count === 1) this.#series.delete(seriesKey(event));
      this.#tell(error.error.kind, event, error.message);
      return isPassing(error.error) ? 'unreached' : 'failed';
    }
  }

  /** The series that the event belongs to, with this occurrence counted. */
  #seriesOf(event: EventInput): Series {
    const key = seriesKey(event);
    const known = this.#series.get(key);
    this.#series.delete(key);
    const series =
      known !== undefined && event.at - known.lastAt <= SERIES_MS
        ? known
        : { name: this.#nameFor(event), namespace: namespaceOf(event), count: 0, lastAt: event.at };
    // The same one is tried again after an answer that never came.
    if (series.count === 0 || series.lastAt !== event.at) series.count += 1;
    series.lastAt = event.at;
    this.#series.set(key, series);
    if (this.#series.size > MOST_SERIES) this.#series.delete(this.#series.keys().next().value ?? '');
    return series;
  }

  async #create(event: EventInput, series: Series | null, signal: AbortSignal): Promise<void> {
    const body = this.#object(event, series?.name ?? this.#nameFor(event), series);
    await this.#options.client.send('POST', eventsPath(namespaceOf(event)), { body, signal });
  }

  async #countUp(event: EventInput, series: Series, signal: AbortSignal): Promise<void> {
    const path = `${eventsPath(series.namespace)}/${encodeURIComponent(series.name)}`;
    const body = { series: seriesBody(series) };
    try {
      await this.#options.client.send('PATCH', path, { contentType: 'application/merge-patch+json', body, signal });
    } catch (error) {
      if (!(error instanceof KubeRequestError) || error.error.kind !== 'notFound') throw error;
      // Its time was over, or somebody deleted it.
      await this.#create(event, series, signal);
    }
  }

  #nameFor({ regarding, at }: EventInput): string {
    const random = this.#options.random ?? Math.random;
    const suffix = `${at.toString(16)}${Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0')}`;
    // The name of an object may fill the 253 characters alone.
    return `${regarding.ref.name.slice(0, 200)}.${suffix}`.replace(/[-.]+\.(?=\w+$)/, '.');
  }

  #object(event: EventInput, name: string, series: Series | null): Record<string, unknown> {
    const { regarding, related } = event;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace: namespaceOf(event) },
      eventTime: microTime(event.at),
      type: event.type,
      reason: event.reason,
      action: event.action,
      note: clipToBytes(event.note, NOTE_BYTES),
      reportingController: CONTROLLER,
      reportingInstance: this.#options.instance.slice(0, INSTANCE_LENGTH) || 'tugwatch',
      regarding: reference(regarding),
      ...(related === null ? {} : { related: reference(related) }),
      // The server takes a series from its second occurrence on.
      ...(series === null || series.count < 2 ? {} : { series: seriesBody(series) }),
    };
  }

  #tell(trouble: KubeErrorKind | 'limited' | 'defect', event: EventInput, reason: string): void {
    if (this.#told.has(trouble)) return;
    this.#told.add(trouble);
    const { kind, name } = event.regarding.ref;
    this.#options.warn(`no Event on ${kind} ${name}: ${reason}`);
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

/** Events of cluster-scoped objects live in 'default' (client-go tools/events/event_recorder.go). */
function namespaceOf(event: EventInput): string {
  return event.regarding.ref.namespace || 'default';
}

function eventsPath(namespace: string): string {
  return `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`;
}

function seriesBody({ count, lastAt }: Series): Record<string, unknown> {
  return { count, lastObservedTime: microTime(lastAt) };
}

/** What client-go calls isomorphic: everything but the note and the times. */
function seriesKey({ type, reason, action, regarding, related }: EventInput): string {
  const objects = [regarding, related].map((subject) => (subject === null ? '' : keyOf(subject.ref) + subject.uid));
  return [type, reason, action, ...objects].join('\n');
}

function isPassing(error: KubeError): boolean {
  if (error.kind === 'server') return error.code >= 500;
  return error.kind === 'network' || error.kind === 'throttled' || error.kind === 'unauthorized';
}

function reference({ ref, uid }: EventSubject): Record<string, string> {
  const { apiVersion, kind, namespace, name } = ref;
  return { apiVersion, kind, name, ...(namespace === '' ? {} : { namespace }), ...(uid === '' ? {} : { uid }) };
}
