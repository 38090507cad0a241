/** What is served where. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { encoded } from '../report/encoded.ts';
import { renderJson } from '../report/json.ts';
import type { ConflictDocument, Report } from '../report/schema.ts';
import type { Probe } from '../telemetry/health.ts';
import { METRICS_CONTENT_TYPE } from '../telemetry/metrics.ts';
import { cutTo, keepToApplications, scopeOf } from './argocd-scope.ts';
import { SCRIPT } from './assets/script.ts';
import { ICON } from './assets/style.ts';
import type { EventStream } from './events.ts';
import { digestOf } from './events.ts';
import { sendParts } from './parts.ts';
import { sendProblem } from './problem.ts';
import { incidentFileName, renderConflictReport } from './views/incident.ts';
import type { PageInput } from './views/page.ts';
import { renderConflictPage, renderNoSuchConflict, renderOverview, renderRisks } from './views/page.ts';
import { risksByRule } from './views/risks.ts';
import { clusterOf, onlyConflict, renderWorkload } from './views/workload.ts';

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';

/** Where the answers come from. */
export interface Sources {
  /** The report as it is now. Called for every page, so it should be quick to make. */
  readonly snapshot: () => Report;
  /** The exposition text for /metrics, in UTF-8, in parts. */
  readonly metrics: () => Promise<readonly Buffer[]>;
  readonly health: { readonly readiness: () => Probe; readonly liveness: () => Probe };
}

type WithId = { Params: { id: string } };

export function addRoutes(app: FastifyInstance, sources: Sources, events: EventStream): void {
  const pageInput = (): PageInput => {
    const report = sources.snapshot();
    return { report, readiness: sources.health.readiness(), digest: digestOf(report) };
  };
  const find = (conflicts: readonly ConflictDocument[], id: string) => conflicts.find((each) => each.id === id);

  keepToApplications(app);

  app.get('/', async (_request, reply) => sendText(reply, HTML, renderOverview(pageInput())));
  app.get<WithId>('/conflicts/:id', async (request, reply) => {
    const input = pageInput();
    const conflict = find(input.report.conflicts, request.params.id);
    if (conflict === undefined) return sendText(reply.code(404), HTML, renderNoSuchConflict(input));
    return sendText(reply, HTML, renderConflictPage(input, conflict));
  });

  app.get<WithId>('/conflicts/:id/report.html', async (request, reply) => {
    const input = pageInput();
    const conflict = find(input.report.conflicts, request.params.id);
    if (conflict === undefined) return sendProblem(request, reply, 404, 'There is no conflict with this id.');
    reply.header('content-disposition', `attachment; filename="${incidentFileName(conflict)}"`);
    return sendText(reply, HTML, renderConflictReport(conflict, input.report));
  });
  // For links that know a workload and no id: alerts, dashboards, Argo CD's resource.links. '-' for no namespace, or any kind.
  // ?cluster= where several have an object of the name.
  app.get<{ Params: { namespace: string; kind: string; name: string }; Querystring: { cluster?: unknown } }>(
    '/workloads/:namespace/:kind/:name',
    async (request, reply) => {
      const { namespace, kind, name } = request.params;
      const input = pageInput();
      const place = clusterOf(request.query.cluster, input.report);
      const query = {
        namespace: namespace === '-' ? '' : namespace,
        name,
        ...(kind === '-' ? {} : { kind }),
        ...place,
      };
      const conflict = onlyConflict(input.report, query);
      if (conflict !== null) return reply.redirect(`../../../conflicts/${encodeURIComponent(conflict.id)}`);
      return sendText(reply, HTML, renderWorkload(input, query));
    },
  );
  app.get<{ Params: { rule: string }; Querystring: { page?: string } }>('/risks/:rule', async (request, reply) => {
    const input = pageInput();
    const group = risksByRule(input.report.risks).find(([first]) => first.rule === request.params.rule);
    const page = group === undefined ? null : renderRisks(input, group, Number(request.query.page ?? 1));
    if (page === null) return sendProblem(request, reply, 404, 'There is no such risk now; / shows those there are.');
    return sendText(reply, HTML, page);
  });

  app.get('/api/v1/report', async (request, reply) =>
    sendText(reply, JSON_TYPE, renderJson(cutTo(sources.snapshot(), scopeOf(request)))),
  );
  app.get<WithId>('/api/v1/conflicts/:id', async (request, reply) => {
    const { conflicts } = cutTo(sources.snapshot(), scopeOf(request));
    const conflict = find(conflicts, request.params.id);
    if (conflict === undefined) return sendProblem(request, reply, 404, 'There is no conflict with this id.');
    return sendText(reply, JSON_TYPE, renderJson(conflict));
  });

  app.get('/metrics', async (_request, reply) => sendParts(reply.type(METRICS_CONTENT_TYPE), await sources.metrics()));
  const probe = (path: string, assess: () => Probe) =>
    app.get(path, async (_request, reply) => {
      const { ok, reasons } = assess();
      return reply
        .code(ok ? 200 : 503)
        .type(TEXT)
        .send(ok ? 'ok\n' : `${reasons.join('\n')}\n`);
    });
  probe('/livez', sources.health.liveness);
  probe('/readyz', sources.health.readiness);

  const asset = (path: string, type: string, body: string) =>
    app.get(path, async (_request, reply) => reply.header('cache-control', 'no-cache').type(type).send(body));
  asset('/assets/page.js', 'text/javascript; charset=utf-8', SCRIPT);
  asset('/assets/icon.svg', 'image/svg+xml', ICON);

  app.head('/events', async (_request, reply) => reply.type('text/event-stream; charset=utf-8').send(''));
  app.get('/events', { exposeHeadRoute: false }, async (request, reply) => {
    if (!events.admit()) {
      reply.header('retry-after', '30');
      return sendProblem(request, reply, 503, 'Too many pages are open; this one still refreshes by itself.');
    }
    reply.hijack();
    events.add(request.raw, reply.raw);
    return reply;
  });
}

/** As bytes: given to Node as it is, a text is measured, copied and encoded on the way. */
function sendText(reply: FastifyReply, type: string, text: string): FastifyReply {
  return reply.type(type).send(encoded(text));
}
