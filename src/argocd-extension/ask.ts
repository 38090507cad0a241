/** Asks Tugwatch through Argo CD's proxy extension, which says who asks and about which Application. */
import type { Report } from '../report/schema.ts';
import type { Application } from './host.ts';

/** Relative: Argo CD may be served below a path, and its page says so in <base>. */
const REPORT = 'extensions/tugwatch/api/v1/report';

/** What came of asking; `sentence` says what to do about it. */
export type Answer = { readonly report: Report } | { readonly sentence: string };

const SENTENCES: Readonly<Record<number, string>> = {
  400: 'Argo CD cannot forward the question: see its extension.config.tugwatch.',
  401: 'Argo CD does not let you ask Tugwatch: the RBAC policy must allow extensions, invoke, tugwatch.',
  403: 'Tugwatch does not answer Argo CD here: see its pageAuth.',
  404: 'Argo CD has no proxy extension called tugwatch: see extension.config.tugwatch in argocd-cm.',
};

/** Never rejects, but for the signal. */
export async function askReport(application: Application, signal: AbortSignal): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch(REPORT, { signal, headers: headersFor(application) });
  } catch (error) {
    if (signal.aborted) throw error;
    return { sentence: 'Argo CD does not answer.' };
  }
  if (!answer.ok)
    return { sentence: SENTENCES[answer.status] ?? `Tugwatch cannot be reached from Argo CD (${answer.status}).` };
  const report: unknown = await answer.json().catch(() => null);
  // Argo CD answers with its page where it forwards nothing.
  return isReport(report)
    ? { report }
    : { sentence: 'Argo CD does not forward to Tugwatch: see server.enable.proxy.extension.' };
}

function headersFor({ metadata, spec }: Application): Record<string, string> {
  return {
    'Argocd-Application-Name': `${metadata.namespace ?? 'argocd'}:${metadata.name}`,
    'Argocd-Project-Name': spec.project,
  };
}

function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null || Reflect.get(value, 'schema') !== 'tugwatch.report/v1')
    return false;
  return ['conflicts', 'notices', 'risks'].every((list) => Array.isArray(Reflect.get(value, list)));
}
