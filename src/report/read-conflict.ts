/** From the report document back to a conflict, for whoever asks a running daemon and goes on from what it knows. */
import type { Millis } from '../model/facts.ts';
import type { Conflict } from '../model/verdicts.ts';
import type { ConflictDocument } from './schema.ts';

/** The remedy is left behind: it is made anew from what the cluster shows now. */
export function conflictOfDocument(document: ConflictDocument): Conflict {
  const { remedy, startedAt, detectedAt, resolvedAt, lastReversalAt, evidence, ...rest } = document;
  return {
    ...rest,
    startedAt: Date.parse(startedAt),
    detectedAt: timeOrNull(detectedAt),
    resolvedAt: timeOrNull(resolvedAt),
    lastReversalAt: Date.parse(lastReversalAt),
    evidence: evidence.map((row) => ({ ...row, at: Date.parse(row.at) })),
  };
}

function timeOrNull(at: string | null): Millis | null {
  return at === null ? null : Date.parse(at);
}
