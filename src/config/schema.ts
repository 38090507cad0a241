/** Every setting of the daemon: its shape and its default. What each is for stands in settings.ts. */
import { z } from 'zod';
import { DEFAULT_PER_HOUR } from '../remedy/applied-fixes.ts';
import { parseSelector } from '../remedy/label-selector.ts';
import { clustersSchema } from './clusters.ts';
import { receiversSchema } from './receivers.ts';
import type { SettingKey } from './settings.ts';

function wholeNumber(least: number, most: number) {
  const error = `use a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

function listOf(error: string) {
  return z.union([z.string().transform(splitAtCommas), z.array(z.string())], error).default([]);
}

const SHARD = 'use index/number with an index from 0, such as 0/3, or pod/3';
const FROM_ONE = 'use a whole number, 1 or more';

/** @throws in `parse` with the path of what is wrong */
export const configSchema = z.strictObject({
  host: z.string().default(''),
  port: wholeNumber(0, 65_535).default(8080),
  tlsCertFile: z.string().default(''),
  tlsKeyFile: z.string().default(''),
  metricsAuth: z.enum(['none', 'token-review']).default('none'),
  pageAuth: z.enum(['none', 'loopback', 'token-review']).default('none'),
  namespace: z.string().default(''),
  argocdNamespace: z.string().default(''),
  shard: z.string(SHARD).refine(isShard, SHARD).default(''),
  localDestinations: listOf('use a list of servers or names, such as prod-eu,https://10.0.0.1'),
  kubeconfig: z.string().default(''),
  context: z.string().default(''),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  logFormat: z.enum(['auto', 'json', 'text']).default('auto'),
  auditSchedule: z.string().default('*/10 * * * *'),
  seriesLimit: wholeNumber(1, 100_000).default(500),
  checkpointFile: z.string().default(''),
  events: z.enum(['none', 'verdicts']).default('none'),
  checkpointConfigMap: z
    .string()
    .regex(/^(?:(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?)?$/, {
      error: 'use namespace/name, such as tugwatch/tugwatch-checkpoint, or a name alone',
    })
    .default(''),
  leaderElection: z.enum(['auto', 'always', 'never']).default('auto'),
  leaseNamespace: z.string().default(''),
  leaseName: z.string().min(1, 'name a Lease').default('tugwatch'),
  leaseDuration: wholeNumber(3, 3600).default(15),
  externalUrl: z
    .string()
    .refine((text) => text === '' || (/^https?:\/\//.test(text) && URL.canParse(text)), 'use a URL, or leave it empty')
    .transform((text) => text.replace(/\/+$/, ''))
    .default(''),
  remediationMode: z.enum(['suggest', 'apply']).default('suggest'),
  remediationNamespaces: listOf('use a list of namespaces, such as shop,team-*'),
  remediationSelector: z
    .string()
    .transform((text, context) => {
      const selector = parseSelector(text);
      if (selector !== null) return selector;
      context.addIssue({ code: 'custom', message: 'use a label selector, such as team=shop,tier!=db' });
      return z.NEVER;
    })
    .default([]),
  remediationPerHour: z.coerce.number(FROM_ONE).int(FROM_ONE).min(1, FROM_ONE).default(DEFAULT_PER_HOUR),
  receivers: receiversSchema,
  clusters: clustersSchema,
} satisfies Record<SettingKey, z.ZodType>);

export type Config = z.infer<typeof configSchema>;

/** '', '0/3' or 'pod/3'; more than 64 processes would each still read everything. */
function isShard(text: string): boolean {
  const [, index, of] = /^(pod|\d{1,2})\/(\d{1,2})$/.exec(text) ?? [];
  const count = Number(of);
  return text === '' || (count >= 1 && count <= 64 && (index === 'pod' || Number(index) < count));
}

function splitAtCommas(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
