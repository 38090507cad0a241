/**
 * Slack's Block Kit, for an incoming webhook. Limits: a header 150 characters, the text of a section 3000, a field 2000
 * and ten of them (docs.slack.dev/reference/block-kit/blocks).
 */
import { clip } from '../clip.ts';
import type { MessageDocument } from '../message.ts';
import { commandOf } from './command.ts';

const HEADER = 150;
const SECTION = 3_000;
const FIELD = 2_000;
const FIELDS = 10;
/** Of the text that notifications show; the API takes more. */
const FALLBACK = 3_000;

export function slackBody(message: MessageDocument): unknown {
  const command = commandOf(message, 2_000);
  const links = [
    ...(message.links.page === null ? [] : [`<${escapeText(message.links.page)}|Timeline and evidence>`]),
    ...(message.links.runbook === null ? [] : [`<${escapeText(message.links.runbook)}|Runbook>`]),
  ];
  return {
    text: clip(escapeText(`${message.title}. ${message.text}`), FALLBACK),
    blocks: [
      { type: 'header', text: plain(message.title, HEADER) },
      { type: 'section', text: plain(message.text, SECTION) },
      ...(message.facts.length === 0 ? [] : [{ type: 'section', fields: message.facts.slice(0, FIELDS).map(field) }]),
      ...(message.firstStep === null
        ? []
        : [{ type: 'section', text: markdown(`*First step* ${clip(escapeText(message.firstStep.why), 800)}`) }]),
      ...(command === null ? [] : [{ type: 'section', text: markdown(`\`\`\`${codeOf(command)}\`\`\``) }]),
      ...(links.length === 0 ? [] : [{ type: 'context', elements: [markdown(links.join(' · '))] }]),
    ],
  };
}

function field({ name, value }: MessageDocument['facts'][number]): unknown {
  return markdown(`*${escapeText(name)}*\n${clip(escapeText(value), FIELD - 200)}`);
}

/** Nothing in it is markup, a mention or a link. */
function plain(text: string, most: number): unknown {
  return { type: 'plain_text', text: clip(text, most), emoji: false };
}

function markdown(text: string): unknown {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** The three characters that mean something in Slack's text. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What stands between three backticks must not end them. */
function codeOf(command: string): string {
  return escapeText(command.replaceAll('```', "'''"));
}
