/** A message as one receiver takes it: address, headers and body, with what stands in files read anew each time. */
import { readFile } from 'node:fs/promises';
import type { MessageReceiver, Receiver } from '../config/receivers.ts';
import type { Secret } from '../config/secret.ts';
import type { LazyJqEngine } from '../kubernetes/jq-engine.ts';
import type { Json } from '../model/facts.ts';
import { PAGERDUTY_URL, pagerdutyBody } from './formats/pagerduty.ts';
import { slackBody } from './formats/slack.ts';
import { teamsBody } from './formats/teams.ts';
import type { MessageDocument } from './message.ts';
import type { Letter } from './post.ts';

/** A file that cannot be read: it may be there a little later, as a Secret that is mounted is. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** A message that this receiver's template makes nothing of. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** @throws UnreadableFile, TemplateError */
export async function letterFor(
  receiver: MessageReceiver,
  message: MessageDocument,
  jq: LazyJqEngine,
): Promise<Letter> {
  const { url, headers, secrets } = await addressOf(receiver);
  if (receiver.type === 'pagerduty') {
    const routingKey = await secretOf(receiver.routingKey, receiver.routingKeyFile, 'routingKeyFile');
    const body = JSON.stringify(pagerdutyBody(message, routingKey));
    return { url, headers, body, secrets: [...secrets, routingKey] };
  }
  return { url, headers, body: JSON.stringify(await bodyOf(receiver, message, jq)), secrets };
}

/** What is sent, without what is secret in it: for people who want to see it first. @throws TemplateError */
export async function bodyOf(receiver: MessageReceiver, message: MessageDocument, jq: LazyJqEngine): Promise<unknown> {
  switch (receiver.type) {
    case 'slack':
      return slackBody(message);
    case 'teams':
      return teamsBody(message);
    case 'pagerduty':
      return pagerdutyBody(message, '(hidden)');
    case 'webhook':
      return receiver.template === undefined ? message : fromTemplate(receiver.template, message, jq);
  }
}

/** @throws UnreadableFile */
export async function addressOf(receiver: Receiver): Promise<Omit<Letter, 'body'>> {
  const hasDefault = receiver.type === 'pagerduty' && receiver.url === undefined && receiver.urlFile === undefined;
  const url = hasDefault ? PAGERDUTY_URL : await secretOf(receiver.url, receiver.urlFile, 'urlFile');
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UnreadableFile(`urlFile ${receiver.urlFile} holds no URL`);
  const headers: Record<string, string> = {};
  if ('headers' in receiver) {
    for (const [name, value] of Object.entries(receiver.headers)) headers[name.toLowerCase()] = value.reveal();
    for (const [name, path] of Object.entries(receiver.headerFiles))
      headers[name.toLowerCase()] = await secretOf(undefined, path, `headerFiles.${name}`);
  }
  return { url, headers, secrets: Object.values(headers) };
}

/** jq must have been loaded. @throws TemplateError */
function fromTemplate(template: string, message: MessageDocument, jq: LazyJqEngine): unknown {
  const made = jq.evaluate(template, message as unknown as Json);
  if (made.outcome !== 'ok') throw new TemplateError(`its template fails: ${made.message}`);
  return made.output;
}

async function secretOf(given: Secret | undefined, path: string | undefined, name: string): Promise<string> {
  if (given !== undefined) return given.reveal();
  try {
    return (await readFile(path ?? '', 'utf8')).trim();
  } catch (error) {
    throw new UnreadableFile(
      `${name} ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`,
    );
  }
}
