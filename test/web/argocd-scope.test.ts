/** Argo CD's proxy forwards a user's question with the Application that user may read: the answer is about that one. */
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import type { Report } from '../../src/report/schema.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createWebServer } from '../../src/web/server.ts';
import * as given from '../support/report-fixtures.ts';

const remedy = given.aRemedy();
const shared = given.aConflict({
  id: 'dddddddddddd',
  kind: 'shared-object',
  application: { namespace: 'argocd', name: 'shared-a' },
  contenders: ['shared-a', 'shared-b'].map((name) => ({
    kind: 'argocd' as const,
    manager: 'argocd-controller',
    name,
    values: [2],
  })),
});
const report = buildReport({
  window: { from: given.T0, to: given.T0 + 255_000 },
  conflicts: [given.aConflict(), given.aResolvedConflict(), shared].map((conflict) => ({ conflict, remedy })),
  notices: [given.aNotice()],
  risks: [given.aRisk()],
});
const server = createWebServer({
  snapshot: () => report,
  metrics: async () => [Buffer.from('everything')],
  health: { readiness: () => ({ ok: true, reasons: [] }), liveness: () => ({ ok: true, reasons: [] }) },
  logger: createLogger({ format: 'json', destination: { write: () => {} } }),
});

async function ask(url: string, application?: string): Promise<{ status: number; body: string }> {
  const headers = application === undefined ? {} : { 'argocd-application-name': application };
  const { statusCode, body } = await server.inject({ method: 'GET', url, headers });
  return { status: statusCode, body };
}

async function seenBy(application?: string): Promise<Report> {
  return JSON.parse((await ask('/api/v1/report', application)).body) as Report;
}

describe('a question through Argo CD', () => {
  it('is answered about its Application, and no other', async () => {
    const web = await seenBy('argocd:web');
    expect(web.conflicts.map(({ id }) => id)).toEqual(['7f3a1c9e2b40']);
    expect({ notices: web.notices, risks: web.risks }).toEqual({ notices: [], risks: [] });
    expect((await seenBy('argocd:cart')).notices.length).toBe(1);
    expect((await seenBy('argocd:search')).risks.length).toBe(1);
    expect(JSON.stringify(await seenBy('elsewhere:web'))).not.toContain('shop');
  });

  it('shows a fight of two Applications to both, and to nobody of the same name elsewhere', async () => {
    for (const name of ['argocd:shared-a', 'argocd:shared-b'])
      expect((await seenBy(name)).conflicts.map(({ kind }) => kind)).toEqual(['shared-object']);
    expect((await seenBy('team:shared-b')).conflicts).toEqual([]);
  });

  it('finds one conflict of its own, and none of another', async () => {
    expect((await ask('/api/v1/conflicts/7f3a1c9e2b40', 'argocd:web')).status).toBe(200);
    expect((await ask('/api/v1/conflicts/7f3a1c9e2b40', 'argocd:cart')).status).toBe(404);
  });

  it.each(['/', '/metrics', '/events', '/conflicts/7f3a1c9e2b40', '/livez', '/nowhere', '/%61pi/v1/report/'])(
    'gets nothing that is about all Applications: %s',
    async (url) => {
      const { status, body } = await ask(url, 'argocd:web');
      expect(status).toBe(403);
      expect(body).not.toContain('everything');
    },
  );

  it.each(['', 'web', ':web', 'argocd:', 'a:b:c'])('is refused where it names no Application: %j', async (name) => {
    expect(await ask('/api/v1/report', name)).toMatchObject({ status: 400 });
  });
});

it('whoever asks without Argo CD is told all', async () => {
  expect(await seenBy()).toEqual(JSON.parse(JSON.stringify(report)));
  expect((await ask('/metrics')).body).toBe('everything');
});
