/** What the API server refuses of the kinds that replicas keep between them, before anything is stored. */
import { ApiError, badRequest } from '../api-error.ts';
import { type JsonObject, objectAt } from '../json.ts';
import type { KindInfo } from '../kinds.ts';

/** metav1.MicroTime is read by the layout of RFC 3339 with exactly six digits (apimachinery meta/v1/micro_time.go). */
const MICRO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(?:Z|[+-]\d{2}:\d{2})$/;
/** Of all values of a ConfigMap (kubernetes pkg/apis/core/types.go, MaxSecretSize). */
const MOST_BYTES = 1024 * 1024;

/** @throws ApiError 400 for what cannot be decoded, 422 for what breaks a rule */
export function checkObject(info: KindInfo, object: JsonObject): void {
  if (info.kind === 'Lease') checkLease(object);
  else if (info.kind === 'ConfigMap') checkConfigMap(object);
}

/** kubernetes pkg/apis/coordination/validation/validation.go, ValidateLeaseSpec. */
function checkLease(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  for (const field of ['acquireTime', 'renewTime']) {
    const value = spec[field] ?? null;
    if (value !== null && !(typeof value === 'string' && MICRO_TIME.test(value)))
      throw badRequest(`Lease in version "v1" cannot be handled as a Lease: parsing time "${String(value)}"`);
  }
  const { leaseDurationSeconds: duration = null, leaseTransitions: transitions = null } = spec;
  if (duration !== null && Number(duration) <= 0) throw invalid(object, 'spec.leaseDurationSeconds', 'greater than 0');
  if (transitions !== null && Number(transitions) < 0)
    throw invalid(object, 'spec.leaseTransitions', 'greater than or equal to 0');
}

function checkConfigMap(object: JsonObject): void {
  const texts = Object.values(objectAt(object, 'data')).map((value) => Buffer.byteLength(String(value)));
  const binaries = Object.values(objectAt(object, 'binaryData')).map(
    (value) => Buffer.from(String(value), 'base64').length,
  );
  const size = [...texts, ...binaries].reduce((sum, bytes) => sum + bytes, 0);
  if (size <= MOST_BYTES) return;
  const name = String(objectAt(object, 'metadata')['name']);
  throw new ApiError(
    422,
    'Invalid',
    `ConfigMap "${name}" is invalid: []: Too long: may not be more than ${MOST_BYTES} bytes`,
  );
}

function invalid(object: JsonObject, field: string, rule: string): ApiError {
  const name = String(objectAt(object, 'metadata')['name']);
  return new ApiError(
    422,
    'Invalid',
    `Lease.coordination.k8s.io "${name}" is invalid: ${field}: Invalid value: must be ${rule}`,
  );
}
