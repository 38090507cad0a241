/**
 * An Adaptive Card in the envelope that a webhook of Microsoft Teams' Workflows takes. A message may have 28 KB
 * (learn.microsoft.com/connectors/teams, known issues). Texts are runs, in which nothing is Markdown.
 */
import { clip } from '../clip.ts';
import type { MessageDocument } from '../message.ts';
import { commandOf } from './command.ts';

const TEXT = 2_000;
const FACT = 600;
const COLOURS = { critical: 'attention', warning: 'warning', info: 'default' } as const;

export function teamsBody(message: MessageDocument): unknown {
  const over = message.occasion === 'resolved';
  const command = commandOf(message, 4_000);
  const links = [
    { title: 'Timeline and evidence', url: message.links.page },
    { title: 'Runbook', url: message.links.runbook },
  ].filter(({ url }) => url !== null);
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    // 1.4 is the newest that every client of Teams shows.
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      runs([
        { text: message.title, size: 'medium', weight: 'bolder', color: over ? 'good' : COLOURS[message.severity] },
      ]),
      runs([{ text: clip(message.text, TEXT) }]),
      ...message.facts.map(({ name, value }) =>
        runs([{ text: `${name}: `, weight: 'bolder' }, { text: clip(value, FACT) }], 'small'),
      ),
      ...(message.firstStep === null
        ? []
        : [runs([{ text: 'First step: ', weight: 'bolder' }, { text: clip(message.firstStep.why, FACT) }])]),
      ...(command === null ? [] : [runs([{ text: command, fontType: 'monospace', size: 'small' }], 'small')]),
    ],
    ...(links.length === 0 ? {} : { actions: links.map(({ title, url }) => ({ type: 'Action.OpenUrl', title, url })) }),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card }],
  };
}

function runs(inlines: readonly Record<string, unknown>[], spacing = 'default'): unknown {
  return { type: 'RichTextBlock', spacing, inlines: inlines.map((inline) => ({ type: 'TextRun', ...inline })) };
}
