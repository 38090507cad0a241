/**
 * What happened in the cluster, one log line each: a sentence with the numbers for a person, the same numbers as fields
 * for a machine. `event` is stable: conflict-suspected, conflict-confirmed, conflict-reopened, conflict-resolved,
 * notice, heal. No object, no value of a field and no command's output is ever a field.
 */
import type { Logger } from 'pino';
import type { Transition } from '../model/observations.ts';
import { displayRef } from '../model/refs.ts';
import type { Conflict, Heal, Notice, Remedy } from '../model/verdicts.ts';
import { rfc3339 } from '../report/build-report.ts';
import { visible } from '../report/visible.ts';
import { costLabel, counted, durationLabel, resolutionLabel, withoutFullStop } from '../report/words.ts';

/** One line a transition: a warning where somebody should act, information otherwise. */
export function logTransition(logger: Logger, transition: Transition, remedy: Remedy | null): void {
  const { conflict, from, to } = transition;
  const event = from === 'resolved' ? 'conflict-reopened' : `conflict-${to}`;
  const fields = { event, at: rfc3339(transition.at), from, to, ...conflictFields(conflict) };
  const sentence = transitionSentence(transition, remedy);
  if (to === 'confirmed' || event === 'conflict-reopened') logger.warn(fields, sentence);
  else logger.info(fields, sentence);
}

/** 'conflict confirmed: hpa/web and … fight over …; end it: kubectl …'. */
export function transitionSentence({ conflict, from, to }: Transition, remedy: Remedy | null): string {
  if (to === 'resolved') return `conflict resolved: ${resolvedSentence(conflict)}`;
  const verdict = from === 'resolved' ? `is back and ${to}` : to;
  const wayOut = to === 'confirmed' && remedy !== null ? `; end it: ${firstCommand(remedy)}` : '';
  return visible(`conflict ${verdict}: ${withoutFullStop(conflict.summary)}${wayOut}`);
}

function resolvedSentence(conflict: Conflict): string {
  const field = conflict.field === null ? '' : ` ${conflict.field}`;
  const why = conflict.resolution === null ? '' : `: ${resolutionLabel(conflict)}`;
  const lasted =
    conflict.resolvedAt === null ? '' : ` after ${durationLabel((conflict.resolvedAt - conflict.startedAt) / 1000)}`;
  const cost = `${counted(conflict.reversals, 'reversal')}, cost: ${costLabel(conflict)}`;
  return visible(`${displayRef(conflict.workload)}${field}${lasted}${why}; ${cost}`);
}

/** What to paste first; the summary where no command of one line helps. */
function firstCommand(remedy: Remedy): string {
  const commands = remedy.steps.flatMap((step) => step.commands);
  return commands.find((command) => !command.includes('\n')) ?? withoutFullStop(remedy.summary);
}

function conflictFields(conflict: Conflict): Record<string, unknown> {
  const { application, impact } = conflict;
  return {
    conflict: conflict.id,
    kind: conflict.kind,
    workload: displayRef(conflict.workload),
    field: conflict.field,
    application: application === null ? null : `${application.namespace}/${application.name}`,
    activity: conflict.activity,
    resolution: conflict.resolution,
    startedAt: rfc3339(conflict.startedAt),
    reversals: conflict.reversals,
    periodSeconds: conflict.periodSeconds,
    replicaSecondsShort: Math.round(impact.replicaSecondsShort),
    podsCreated: impact.podsCreated,
    podsDeleted: impact.podsDeleted,
    lowest: impact.lowest,
    wanted: impact.wanted,
  };
}

export function logNotice(logger: Logger, notice: Notice): void {
  const { application, workload } = notice;
  logger.info(
    {
      event: 'notice',
      at: rfc3339(notice.at),
      kind: notice.kind,
      ...(notice.category === undefined ? {} : { category: notice.category }),
      workload: workload === null ? null : displayRef(workload),
      application: application === null ? null : `${application.namespace}/${application.name}`,
      count: notice.count,
    },
    visible(`notice ${notice.kind}: ${notice.message}`),
  );
}

/** At debug: a fight has one every few seconds. */
export function logHeal(logger: Logger, heal: Heal): void {
  const objects = heal.resources.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  const attempt = heal.attempts > 1 ? `, attempt ${heal.attempts}` : '';
  logger.debug(
    {
      event: 'heal',
      at: rfc3339(heal.seenAt),
      kind: heal.kind,
      application: `${heal.application.namespace}/${heal.application.name}`,
      startedAt: rfc3339(heal.startedAt),
      phase: heal.phase,
      attempts: heal.attempts,
      resources: heal.resources.length,
    },
    visible(
      `${heal.kind} of ${displayRef(heal.application)}: ${objects === '' ? 'all of it' : objects}, ${heal.phase}${attempt}`,
    ),
  );
}
