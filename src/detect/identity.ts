/** Stable names: a conflict keeps its id over restarts, replays and re-openings. */
import type { ObjectRef } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { Writer } from '../model/verdicts.ts';

/** What tells two writers apart: 'hpa:web', 'controller:mesh-injector', 'argocd:argocd/web'. */
export function writerKey(writer: Writer): string {
  // An HPA or an Application acts under its own name; others are their field manager. People are one contender,
  // whichever tool they hold.
  if (writer.kind === 'human' || writer.kind === 'unknown') return writer.kind;
  return `${writer.kind}:${writer.name ?? writer.manager ?? ''}`;
}

/** How evidence and messages name a writer: 'hpa/web', 'controller/mesh-injector', 'human/kubectl'. */
export function displayWriter(writer: Writer): string {
  const name = writer.name ?? writer.manager;
  return name === null ? writer.kind : `${writer.kind}/${name}`;
}

/** The id of a conflict: twelve hex digits of a hash over workload, field and contenders. */
export function conflictId(ref: ObjectRef, field: string, contenderKeys: readonly string[]): string {
  const text = [keyOf(ref), field, ...[...contenderKeys].sort()].join('\n');
  return hash48(text);
}

/** FNV-1a twice with different seeds, 24 bits of each: no cryptography, only a short stable name. */
function hash48(text: string): string {
  return fnv(text, 0x811c9dc5) + fnv(text, 0x01000193);
}

function fnv(text: string, seed: number): string {
  let hash = seed;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return ((hash ^ (hash >>> 24)) & 0xffffff).toString(16).padStart(6, '0');
}
