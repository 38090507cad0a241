/** `tugwatch test-message`: one made-up message to one receiver of the configuration, or only its body. */
import { loadConfig } from '../config/load.ts';
import type { MessageReceiver, Receiver } from '../config/receivers.ts';
import { LazyJqEngine } from '../kubernetes/jq-engine.ts';
import { checkTemplates } from '../outlets/check-templates.ts';
import { exampleAlerts, exampleMessage } from '../outlets/example.ts';
import { alertsUrl } from '../outlets/formats/alertmanager.ts';
import { addressOf, bodyOf, letterFor } from '../outlets/letter.ts';
import type { MessageDocument } from '../outlets/message.ts';
import { OCCASIONS, type OccasionKind } from '../outlets/occasion.ts';
import { createPost, type Letter } from '../outlets/post.ts';
import { VERSION } from '../version.ts';
import type { CommandIo } from './io.ts';
import { UsageError } from './usage-error.ts';

export interface TestMessageFlags {
  readonly config: string;
  readonly receiver: string;
  readonly occasion?: string;
  readonly dryRun?: boolean;
}

/** Resolves to 0 when it was delivered, else to 2. @throws ConfigError, UsageError */
export async function testMessage(flags: TestMessageFlags, io: CommandIo): Promise<number> {
  const config = loadConfig({ file: flags.config, env: io.env, flags: {} });
  const kind = occasionOf(flags.occasion ?? 'confirmed');
  const receiver = config.receivers.find(({ name }) => name === flags.receiver);
  if (receiver === undefined) {
    const names = config.receivers.map(({ name }) => name).join(', ') || 'none at all';
    throw new UsageError(`${flags.config} has no receiver ${flags.receiver}: it has ${names}.`);
  }
  const jq = new LazyJqEngine();
  try {
    await checkTemplates([receiver], jq);
    const message = exampleMessage(kind, io.now(), config.externalUrl);
    if (flags.dryRun === true) {
      const body =
        receiver.type === 'alertmanager'
          ? alerts(receiver, kind, io, config.externalUrl)
          : await bodyOf(receiver, message, jq);
      io.stdout.write(`${JSON.stringify(body, null, 2)}\n`);
      return 0;
    }
    const letter =
      receiver.type === 'alertmanager'
        ? await alertLetter(receiver, alerts(receiver, kind, io, config.externalUrl))
        : await messageLetter(receiver, message, jq);
    return await send(letter, receiver.name, io);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function alerts(
  receiver: Extract<Receiver, { type: 'alertmanager' }>,
  kind: OccasionKind,
  io: CommandIo,
  externalUrl: string,
) {
  return exampleAlerts(kind, io.now(), externalUrl, receiver.labels);
}

async function alertLetter(receiver: Receiver, body: unknown): Promise<Letter> {
  const { url, ...letter } = await addressOf(receiver);
  return { ...letter, url: alertsUrl(url), body: JSON.stringify(body) };
}

function messageLetter(receiver: MessageReceiver, message: MessageDocument, jq: LazyJqEngine): Promise<Letter> {
  return letterFor(receiver, message, jq);
}

async function send(letter: Letter, name: string, io: CommandIo): Promise<number> {
  const post = await createPost(VERSION, io.now);
  try {
    const receipt = await post.send(letter, io.signal);
    if (receipt.outcome === 'delivered') {
      io.stdout.write(`receiver ${name} took the message\n`);
      return 0;
    }
    io.stderr.write(`tugwatch: receiver ${name} was not told: ${receipt.reason}\n`);
    return 2;
  } finally {
    await post.close();
  }
}

function occasionOf(text: string): OccasionKind {
  const found = OCCASIONS.find((each) => each === text);
  if (found === undefined) throw new UsageError(`--occasion ${text} is not known: use ${OCCASIONS.join(', ')}.`);
  return found;
}
