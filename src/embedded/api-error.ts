/** Refusals, worded and coded as kube-apiserver's (apimachinery pkg/api/errors/errors.go). */
import type { JsonObject, JsonValue } from './json.ts';
import type { KindInfo } from './kinds.ts';
import type { ApplyConflict } from './server-side-apply.ts';

/** A v1 Status of a failed request, thrown by the store and sent as it is by the server. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;
  /** Seconds, for the Retry-After header of 429 and 503. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: number, reason: string, message: string, details?: JsonObject, retryAfterSeconds?: number) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  toStatus(): JsonObject {
    const status: Record<string, JsonValue> = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
    };
    if (this.details !== undefined) status['details'] = this.details;
    status['code'] = this.code;
    return status;
  }
}

/** 'deployments.apps' */
export function qualifiedResource(info: { readonly plural: string; readonly group: string }): string {
  return info.group === '' ? info.plural : `${info.plural}.${info.group}`;
}

function detailsOf(info: KindInfo, name: string): JsonObject {
  return info.group === '' ? { name, kind: info.plural } : { name, group: info.group, kind: info.plural };
}

export function notFound(info: KindInfo, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualifiedResource(info)} "${name}" not found`, detailsOf(info, name));
}

export function alreadyExists(info: KindInfo, name: string): ApiError {
  const message = `${qualifiedResource(info)} "${name}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, detailsOf(info, name));
}

export function modifiedMeanwhile(info: KindInfo, name: string): ApiError {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  const message = `Operation cannot be fulfilled on ${qualifiedResource(info)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(info, name));
}

export function applyConflict(conflicts: readonly ApplyConflict[]): ApiError {
  const causes = conflicts.flatMap(({ entry, fields }) => {
    const subresource = entry.subresource === undefined ? '' : ` with subresource "${entry.subresource}"`;
    const who = `conflict with "${entry.manager}"${subresource} using ${entry.apiVersion}`;
    return fields.map((field) => ({ reason: 'FieldManagerConflict', message: who, field }));
  });
  const one = causes.length === 1;
  const list = one
    ? `${causes[0]?.message}: ${causes[0]?.field}`
    : causes.map((cause) => `${cause.message}: ${cause.field}`).join('\n');
  const message = `Apply failed with ${causes.length} conflict${one ? '' : 's'}: ${list}`;
  return new ApiError(409, 'Conflict', message, { causes });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function invalid(info: KindInfo, name: string, why: string): ApiError {
  const message = `${info.kind}.${info.group === '' ? 'v1' : info.group} "${name}" is invalid: ${why}`;
  return new ApiError(422, 'Invalid', message, { ...detailsOf(info, name), kind: info.kind });
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

export function tooOldVersion(asked: number, oldest: number): ApiError {
  return expired(`too old resource version: ${asked} (${oldest})`);
}

export function noSuchPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError(405, 'MethodNotAllowed', message, {});
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const list = accepted.join(', ');
  const message = `the body of the request was in an unknown format - accepted media types include: ${list}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

export function forbidden(info: KindInfo, verb: string, namespace: string): ApiError {
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `cannot ${verb} resource "${info.plural}" in API group "${info.group}" ${where}`;
  const message = `${qualifiedResource(info)} is forbidden: User "system:anonymous" ${what}`;
  return new ApiError(403, 'Forbidden', message, detailsOf(info, ''));
}
