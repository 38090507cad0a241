/** The command that explains a verdict to whoever was told of it. */
import { visible } from '../report/visible.ts';

/** Where a daemon answers after `kubectl port-forward`, as docs/why.md has it. */
const FORWARDED = 'http://localhost:8080';

/**
 * 'tugwatch why deployment/web -n shop'. Of a workload in another cluster than Argo CD's only a daemon can tell, so it says
 * which: `server`, or where that is '' the one behind a forwarded port.
 */
export function whyCommand(
  workload: {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly cluster?: string | undefined;
  },
  server = '',
): string {
  const { kind, namespace, name, cluster } = workload;
  const place = namespace === '' ? '' : ` -n ${namespace}`;
  const daemon = cluster === undefined ? '' : ` --cluster ${cluster} --server ${server === '' ? FORWARDED : server}`;
  return visible(`tugwatch why ${kind.toLowerCase()}/${name}${place}${daemon}`);
}
