/**
 * events.k8s.io/v1: the same Events as v1, under newer names and stricter rules (kubernetes
 * pkg/apis/events/v1/conversion.go, pkg/apis/core/validation/events.go). Created and counted up here, read as v1 Events.
 */
import { ApiError, badRequest } from '../api-error.ts';
import { isObject, type JsonObject, type JsonValue, objectAt, textAt } from '../json.ts';
import { kindOf } from '../kinds.ts';
import type { ResourcePath } from './request-path.ts';

const EVENT = kindOf('v1', 'Event');
const PATH = /^\/apis\/events\.k8s\.io\/v1\/namespaces\/([^/]+)\/events(?:\/([^/]+))?$/;
/** metav1.MicroTime is read by the layout of RFC 3339 with exactly six digits. */
const MICRO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(?:Z|[+-]\d{2}:\d{2})$/;
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Where an Event of this path is kept, `name` '' for one to be made; undefined where the path is another one. */
export function newEventPath(pathname: string): ResourcePath | undefined {
  const match = PATH.exec(pathname);
  if (match === null) return undefined;
  return {
    info: EVENT,
    namespace: decodeURIComponent(match[1] ?? ''),
    name: decodeURIComponent(match[2] ?? ''),
    subresource: '',
  };
}

/** The v1 Event of the body of a create. Throws 400 for what is none and 422 for what breaks a rule. */
export function coreEventOf(text: string, namespace: string): JsonObject {
  const body = parseObject(text);
  if (!MICRO_TIME.test(textAt(body, 'eventTime'))) {
    throw badRequest(`Event in version "v1" cannot be handled as a Event: eventTime: "${textAt(body, 'eventTime')}"`);
  }
  const broken = brokenRule(body, namespace);
  if (broken !== null) {
    const name = textAt(body, 'metadata', 'name');
    throw new ApiError(422, 'Invalid', `Event.events.k8s.io "${name}" is invalid: ${broken}`);
  }
  const { regarding, note, reportingController, ...rest } = body;
  return {
    ...rest,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    message: note ?? '',
    reportingComponent: reportingController ?? '',
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
  };
}

/** The patch of a v1 Event. Throws 422 for anything but a series: all else of an Event stays as it was made. */
export function seriesPatchOf(text: string, name: string): JsonObject {
  const body = parseObject(text);
  const invalid = (why: string) => new ApiError(422, 'Invalid', `Event.events.k8s.io "${name}" is invalid: ${why}`);
  const other = Object.keys(body).find((field) => field !== 'series');
  if (other !== undefined) throw invalid(`${other}: Invalid value: field is immutable`);
  const series = objectAt(body, 'series');
  if (Number(series['count'] ?? 0) < 2) throw invalid('series.count: Invalid value: should be at least 2');
  if (!MICRO_TIME.test(textAt(series, 'lastObservedTime'))) throw invalid('series.lastObservedTime: Required value');
  return { series };
}

function brokenRule(body: JsonObject, namespace: string): string | null {
  const bytes = (field: string) => new TextEncoder().encode(textAt(body, field)).length;
  for (const field of ['reportingController', 'reportingInstance', 'action', 'reason']) {
    if (bytes(field) === 0) return `${field}: Required value`;
    if (bytes(field) > 128) return `${field}: Invalid value: can have at most 128 characters`;
  }
  if (bytes('note') > 1024) return 'note: Invalid value: can have at most 1024 characters';
  if (!['Normal', 'Warning'].includes(textAt(body, 'type'))) return `type: Invalid value: "${textAt(body, 'type')}"`;
  if (!NAME.test(textAt(body, 'metadata', 'name'))) return 'metadata.name: Invalid value: not a DNS-1123 subdomain';
  const home = textAt(objectAt(body, 'regarding'), 'namespace') || 'default';
  return home === namespace ? null : 'involvedObject.namespace: Invalid value: does not match event.namespace';
}

function parseObject(text: string): JsonObject {
  let body: JsonValue;
  try {
    body = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw badRequest(`error decoding the body: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(body)) throw badRequest('the object provided is unrecognized (must be of type Event)');
  return body;
}
