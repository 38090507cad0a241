/** Who changed what, when: one record of each change, as a line for people and as a document for machines. */
import type { Millis, ObjectRef } from '../model/facts.ts';
import { displayRef } from '../model/refs.ts';
import type { JsonPatchOperation } from '../model/verdicts.ts';
import { rfc3339 } from '../report/build-report.ts';

export interface AuditRecord {
  readonly at: Millis;
  /** 'ana as kubernetes-admin in prod', 'tugwatch tugwatch-0'. */
  readonly by: string;
  readonly workload: ObjectRef;
  readonly target: ObjectRef;
  readonly patch: readonly JsonPatchOperation[];
  readonly resourceVersion: { readonly from: string; readonly to: string };
}

/** The record with its time in RFC 3339. */
export type AuditDocument = Omit<AuditRecord, 'at'> & { readonly at: string };

export function auditDocument(audit: AuditRecord): AuditDocument {
  return { ...audit, at: rfc3339(audit.at) };
}

export function auditSentence(audit: AuditRecord): string {
  const { from, to } = audit.resourceVersion;
  return `${audit.by} changed ${displayRef(audit.target)} for ${displayRef(audit.workload)}, resourceVersion ${from} to ${to}: ${JSON.stringify(audit.patch)}`;
}
