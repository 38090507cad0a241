/**
 * kube-state-metrics and Argo CD's controller as a recording shows them (scripts/score/scrape): one scrape after the other, as
 * text. Only the families that alert rules in use read: what else they would say is left out, to their advantage.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { METRIC_NAME } from '../score/promql/series.ts';
import type { Scrapes } from '../score/scrape/scrape-recording.ts';

export const EXPORTERS = ['kube-state-metrics', 'argocd'] as const;
type Exporter = (typeof EXPORTERS)[number];

/** Texts of one exporter, in the order of time. */
export function textsOf(exporter: Exporter, { store, times }: Scrapes): Buffer[] {
  const lines = times.map((): string[] => []);
  const index = new Map(times.map((at, scrape) => [at, scrape]));
  for (const [family, list] of store) {
    if (family.startsWith('argocd_') !== (exporter === 'argocd')) continue;
    for (const text of lines) text.push(`# TYPE ${family} ${family.endsWith('_total') ? 'counter' : 'gauge'}`);
    for (const { labels, samples } of list) {
      const pairs = Object.entries(labels).filter(([name]) => name !== METRIC_NAME);
      const head = `${family}{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}}`;
      for (const { at, value } of samples) {
        const scrape = index.get(at);
        // null: gone, which an exporter says by saying nothing.
        if (value !== null && scrape !== undefined) lines[scrape]?.push(`${head} ${value}`);
      }
    }
  }
  return lines.map((text) => Buffer.from(`${text.join('\n')}\n`));
}

export interface ServedExporters extends AsyncDisposable {
  /** 'host:port'; each exporter answers at '/<name>'. */
  readonly target: string;
  /** Resolves when each has told all that it had. */
  readonly done: Promise<void>;
  /** Sent so far. */
  bytes(): number;
}

/** Each request gets the next scrape; after the last one there is none any more. */
export async function serveExporters(scrapes: Scrapes): Promise<ServedExporters> {
  const rest = new Map(EXPORTERS.map((exporter) => [`/${exporter}`, textsOf(exporter, scrapes)]));
  const done = Promise.withResolvers<void>();
  let bytes = 0;
  const server = createServer((request, response) => {
    const text = rest.get(request.url ?? '')?.shift();
    if (text === undefined) {
      response.writeHead(503).end();
      return;
    }
    bytes += text.length;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(text);
    if ([...rest.values()].every(({ length }) => length === 0)) done.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    target: `127.0.0.1:${port}`,
    done: done.promise,
    bytes: () => bytes,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
