/** From the report document back to a conflict, for whoever asks a running daemon and goes on from what it knows. */
import type { Millis } from '../model/facts.ts';
import type { Conflict } from '../model/verdicts.ts';
import type { ConflictDocument } from './schema.ts';

/** Remedy and course are left behind: the one is made anew from what the cluster shows now, the other decides nothing. */
export function conflictOfDocument(document: ConflictDocument): Conflict {
  const { remedy, course, startedAt, detectedAt, resolvedAt, lastReversalAt, evidence, ...rest } = document;
  const from = Date.parse(startedAt);
  return {
    ...rest,
    startedAt: from,
    detectedAt: timeOrNull(detectedAt),
    resolvedAt: timeOrNull(resolvedAt),
    lastReversalAt: Date.parse(lastReversalAt),
    evidence: evidence.map((row) => ({ ...row, at: Date.parse(row.at) })),
    course: { heals: [], wanted: [], declared: [], ready: [], rhythm: { from, slotMs: 1, counts: [] } },
  };
}

function timeOrNull(at: string | null): Millis | null {
  return at === null ? null : Date.parse(at);
}
