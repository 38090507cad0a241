/**
 * Argo CD's proxy extension forwards a user's question with the Application it has checked that user's rights for
 * (argo-cd docs/developer-guide/extensions/proxy-extensions.md: the backend must keep its answer to that). Without the
 * header nobody was checked by Argo CD, and nothing is cut.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ConflictDocument, Report } from '../report/schema.ts';
import { sendProblem } from './problem.ts';

const HEADER = 'argocd-application-name';
/** All other paths are about the whole cluster. */
const OPEN_ROUTES: ReadonlySet<string> = new Set(['/api/v1/report', '/api/v1/conflicts/:id']);

export interface Scope {
  readonly namespace: string;
  readonly name: string;
}

/** Refuses what a user of one Application has no right to see. */
export function keepToApplications(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers[HEADER] === undefined) return;
    if (scopeOf(request) === null)
      return sendProblem(request, reply, 400, 'Argocd-Application-Name must be NAMESPACE:NAME.');
    if (!OPEN_ROUTES.has(request.routeOptions.url ?? ''))
      return sendProblem(
        request,
        reply,
        403,
        'Through Argo CD only /api/v1 is shown: the rest is about all Applications.',
      );
  });
}

/** null: asked by nobody's Application. */
export function scopeOf(request: FastifyRequest): Scope | null {
  const header = request.headers[HEADER];
  const [namespace = '', name = '', ...rest] = typeof header === 'string' ? header.split(':') : [];
  return namespace === '' || name === '' || rest.length > 0 ? null : { namespace, name };
}

/** What of the report is about one Application. The health of the watches is everybody's. */
export function cutTo(report: Report, scope: Scope | null): Report {
  if (scope === null) return report;
  const isIn = ({ application }: Pick<ConflictDocument, 'application'>) =>
    application?.namespace === scope.namespace && application.name === scope.name;
  return {
    ...report,
    conflicts: report.conflicts.filter((conflict) => isIn(conflict) || declares(conflict, scope)),
    notices: report.notices.filter(isIn),
    risks: report.risks.filter(isIn),
    ...(report.safe === undefined ? {} : { safe: report.safe.filter(isIn) }),
  };
}

/** The other of two Applications that declare one object: the conflict has its home at the first. */
function declares({ kind, application, contenders }: ConflictDocument, { namespace, name }: Scope): boolean {
  if (kind !== 'shared-object' || application?.namespace !== namespace) return false;
  return contenders.some((contender) => contender.kind === 'argocd' && contender.name === name);
}
