/**
 * The message document, `tugwatch.message/v1`: what a webhook is sent, what a template works on, and what every other
 * format is made of (docs/messages.md). Its fields may grow and never change their meaning.
 */
import { z } from 'zod';
import { MESSAGE_OCCASIONS, SEVERITIES } from '../config/receivers.ts';
import { conflictSchema, noticeSchema } from '../report/schema.ts';

export const MESSAGE_SCHEMA = 'tugwatch.message/v1';

export const messageSchema = z.object({
  schema: z.literal(MESSAGE_SCHEMA),
  /** The same however often the message is sent: what a receiver may drop repetitions by. */
  key: z.string().min(1),
  occasion: z.enum([...MESSAGE_OCCASIONS, 'notice']),
  /** Of a conflict the gravest so far, its end included. */
  severity: z.enum(SEVERITIES),
  at: z.iso.datetime({ precision: 3 }),
  /** One line, such as a subject. */
  title: z.string(),
  /** One or two sentences: who fights over what, or what ended it. */
  text: z.string(),
  /** What else on-call asks, in the order to show it. */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  /** What to do first; null when nothing is left to do. */
  firstStep: z
    .object({
      why: z.string(),
      where: z.enum(['live', 'git']),
      /** What to paste; null where the text goes to Git only. */
      command: z.string().nullable(),
      /** What to commit; null when there is nothing. */
      yaml: z.string().nullable(),
    })
    .nullable(),
  /** Prints all of it: evidence, every step, warnings. */
  explain: z.string(),
  links: z.object({
    /** null unless externalUrl is set. */
    page: z.string().nullable(),
    runbook: z.string().nullable(),
  }),
  /** As in the report (docs/report.md); null in a notice. */
  conflict: conflictSchema.nullable(),
  notice: noticeSchema.nullable(),
});

export type MessageDocument = z.infer<typeof messageSchema>;
