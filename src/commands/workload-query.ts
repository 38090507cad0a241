/** Which workload a command is about, in the words of tugwatch or of kubectl. */
import type { WorkloadQuery } from '../report/why-text.ts';
import { type ClusterFlags, namespaceOfContext } from './connect.ts';
import type { Environment } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** 'kubectl': called as its plugin, so KIND/NAME without a namespace is in that of the context. */
export type Dialect = 'tugwatch' | 'kubectl';

interface Flags extends ClusterFlags {
  readonly namespace?: string;
  readonly server?: string;
}

/**
 * tugwatch: NAMESPACE/NAME, or KIND/NAME or NAME with -n. kubectl: KIND/NAME, KIND NAME or NAME, in the namespace of -n or of
 * the context. @throws UsageError, KubeConfigError where the context is asked for and there is none
 */
export async function queryOf(
  words: readonly string[],
  flags: Flags,
  env: Environment,
  dialect: Dialect,
): Promise<WorkloadQuery> {
  const parts = words.length === 1 ? (words[0] ?? '').split('/') : [...words];
  const [first = '', second, ...rest] = parts;
  const spelt = words.join(' ');
  if (
    first === '' ||
    second === '' ||
    rest.length > 0 ||
    (words.length > 1 && parts.some((part) => part.includes('/')))
  )
    throw new UsageError(`${spelt} names no workload: use ${usage(dialect)}.`);
  if (dialect === 'tugwatch' && flags.namespace === undefined) {
    if (second === undefined || words.length > 1)
      throw new UsageError(`${spelt} names no workload: use ${usage(dialect)}.`);
    return { namespace: first, name: second };
  }
  const namespace = flags.namespace ?? (await namespaceOfContext(flags, env));
  return second === undefined ? { namespace, name: first } : { namespace, name: second, kind: first };
}

function usage(dialect: Dialect): string {
  return dialect === 'kubectl'
    ? 'KIND/NAME, KIND NAME or NAME, with -n NAMESPACE where the context has another'
    : 'NAMESPACE/NAME, or KIND/NAME with -n NAMESPACE';
}
