/** Who is told by message, of what, and how: the list `receivers` of the configuration file (docs/messages.md). */
import { z } from 'zod';
import { Secret } from './secret.ts';

/** Occasions of a conflict that a message can tell of. */
export const MESSAGE_OCCASIONS = ['confirmed', 'escalated', 'half-fixed', 'resolved'] as const;

/** Least severity; the order is that of gravity. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;

const URL_HINT = 'a URL that begins with https:// or http://';
const secret = z.string().min(1, 'it is empty');
const url = secret.refine(isHttpUrl, `use ${URL_HINT}`).transform((value) => new Secret(value));
const routingKey = secret.transform((value) => new Secret(value));
const file = z.string().min(1, 'name a file');
/** RFC 9110, 5.6.2; values of one line. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'use the name of an HTTP header');
const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'use the name of a label');
const globs = z.array(z.string().min(1)).min(1, 'name one at least, or leave it out');

const common = {
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'use small letters, digits and dashes, such as on-call'),
  on: z.array(z.enum(MESSAGE_OCCASIONS)).default([...MESSAGE_OCCASIONS]),
  notices: z.array(z.string().min(1)).default([]),
  severity: z.enum(SEVERITIES).default('info'),
  namespaces: globs.optional(),
  kinds: globs.optional(),
};
const place = { url: url.optional(), urlFile: file.optional() };
const headers = {
  headers: z
    .record(
      headerName,
      z.string().transform((value) => new Secret(value)),
    )
    .default({}),
  headerFiles: z.record(headerName, file).default({}),
};

const webhook = z.strictObject({
  type: z.literal('webhook'),
  ...common,
  ...place,
  ...headers,
  template: z.string().min(1).optional(),
});
const slack = z.strictObject({ type: z.literal('slack'), ...common, ...place });
const teams = z.strictObject({ type: z.literal('teams'), ...common, ...place });
const pagerduty = z.strictObject({
  type: z.literal('pagerduty'),
  ...common,
  ...place,
  routingKey: routingKey.optional(),
  routingKeyFile: file.optional(),
});
const { on: _on, notices: _notices, ...filters } = common;
const alertmanager = z.strictObject({
  type: z.literal('alertmanager'),
  ...filters,
  ...place,
  ...headers,
  labels: z.record(label, z.string()).default({}),
});

const receiver = z
  .discriminatedUnion('type', [webhook, slack, teams, pagerduty, alertmanager], {
    error: 'use one of the types webhook, slack, teams, pagerduty and alertmanager',
  })
  .superRefine((each, context) => {
    const say = (message: string) => context.addIssue({ code: 'custom', message });
    if (each.url !== undefined && each.urlFile !== undefined) say('give url or urlFile, not both');
    if (each.type === 'pagerduty') {
      if ((each.routingKey === undefined) === (each.routingKeyFile === undefined))
        say('give routingKey or routingKeyFile');
    } else if (each.url === undefined && each.urlFile === undefined) say('give url or urlFile');
  });

export const receiversSchema = z
  .array(receiver, 'use a list of receivers, as docs/messages.md shows')
  .superRefine((receivers, context) => {
    const names = receivers.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) context.addIssue({ code: 'custom', message: `two receivers are named ${twice}` });
  })
  .default([]);

export type Receiver = z.infer<typeof receiver>;
export type AlertmanagerReceiver = Extract<Receiver, { type: 'alertmanager' }>;
/** What is told by one message an occasion. */
export type MessageReceiver = Exclude<Receiver, AlertmanagerReceiver>;

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
