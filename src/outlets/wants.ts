/** Which receiver wants to hear what. Pure. */
import { type MessageReceiver, type Receiver, SEVERITIES } from '../config/receivers.ts';
import type { ObjectRef } from '../model/facts.ts';
import type { Notice, Severity } from '../model/verdicts.ts';
import { matchesGlob } from '../rules/glob.ts';
import type { OccasionKind } from './occasion.ts';

type Filters = Pick<Receiver, 'namespaces' | 'kinds' | 'severity'>;

/** `ref` null: about no object that could be filtered by. */
export function passesFilters(
  { namespaces, kinds, severity: least }: Filters,
  ref: ObjectRef | null,
  severity: Severity,
): boolean {
  if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(least)) return false;
  if (ref === null) return true;
  const matches = (globs: readonly string[] | undefined, text: string) =>
    globs === undefined || globs.some((glob) => matchesGlob(glob, text));
  return matches(namespaces, ref.namespace) && matches(kinds, ref.kind);
}

/** An end by half is an end: who asks for `resolved` alone is told of it too, by its name. */
export function wantsOccasion({ on }: MessageReceiver, kind: OccasionKind): boolean {
  return on.includes(kind) || (kind === 'half-fixed' && on.includes('resolved'));
}

/** Notices come only where they are asked for by kind, whatever their severity. */
export function wantsNotice(receiver: MessageReceiver, notice: Notice): boolean {
  if (!receiver.notices.some((glob) => matchesGlob(glob, notice.kind))) return false;
  return passesFilters({ ...receiver, severity: 'info' }, notice.workload, 'info');
}
