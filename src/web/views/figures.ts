/** A fight in figures: how long, how often, at what cost. */
import type { ConflictDocument } from '../../report/schema.ts';
import { durationLabel, numberLabel, paceLabel, secondsBetween } from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { clockView } from './times.ts';

/** `now` is the end of the report's window, RFC 3339. */
export function figuresView(conflict: ConflictDocument, now: string): Html {
  const { impact } = conflict;
  const end = conflict.resolvedAt ?? now;
  const lowest = levelsOf(conflict);
  const facts: [title: string, value: string, more: Html | string][] = [
    [
      conflict.resolvedAt === null ? 'Going for' : 'Lasted',
      durationLabel(secondsBetween(conflict.startedAt, end)),
      html`since ${clockView(conflict.startedAt, now)} UTC`,
    ],
    ['Reversals', numberLabel(conflict.reversals), paceLabel(conflict)],
  ];
  if (impact.replicaSecondsShort > 0 || lowest !== '') {
    const short = numberLabel(Math.round(impact.replicaSecondsShort));
    facts.push(['Short by', short, `replica-seconds${lowest === '' ? '' : `, ${lowest}`}`]);
  }
  if (impact.podsCreated + impact.podsDeleted > 0) {
    facts.push(['Pods created', numberLabel(impact.podsCreated), `${numberLabel(impact.podsDeleted)} deleted`]);
  }
  if (impact.templateHashes > 0) facts.push(['New pod templates', numberLabel(impact.templateHashes), '']);
  return html`<dl class="tiles">${facts.map(
    ([title, value, more]) =>
      html`<div><dt>${title}</dt><dd>${value}${more !== '' && html` <small>${more}</small>`}</dd></div>`,
  )}</dl>`;
}

function levelsOf({ impact }: ConflictDocument): string {
  if (impact.lowest === null || impact.wanted === null || impact.lowest >= impact.wanted) return '';
  return `down to ${impact.lowest} of ${impact.wanted} wanted`;
}
