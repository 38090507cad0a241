/** The real web server over reports that a test makes, with quick events. */
import { buildReport, type ReportInput } from '../../src/report/build-report.ts';
import type { Report } from '../../src/report/schema.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createWebServer } from '../../src/web/server.ts';
import * as given from './report-fixtures.ts';

export interface PageServer extends AsyncDisposable {
  /** http://127.0.0.1:port */
  readonly address: string;
  /** What is told from now on. */
  tell(input: ReportInput): void;
  readonly report: Report;
  close(): Promise<void>;
}

export async function servePage(input: ReportInput): Promise<PageServer> {
  let report = buildReport(input);
  const server = createWebServer({
    snapshot: () => report,
    metrics: async () => [],
    health: { readiness: () => ({ ok: true, reasons: [] }), liveness: () => ({ ok: true, reasons: [] }) },
    logger: createLogger({ format: 'json', destination: { write: () => {} } }),
    eventsEvery: 50,
  });
  const address = await server.listen(0, '127.0.0.1');
  return {
    address,
    tell(next) {
      report = buildReport(next);
    },
    get report() {
      return report;
    },
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

const WINDOW = { from: given.T0 - 3_000, to: given.T0 + 255_000 };

/** One of everything: fights of numbers and of other values, one that is suspected, one that is over, notices, many risks. */
export function fullReport(overrides: Partial<ReportInput> = {}): ReportInput {
  const remedy = given.aRemedy();
  const template = given.aConflict({
    id: 'bbbbbbbbbbbb',
    kind: 'template',
    workload: { ...given.WEB, name: 'checkout' },
    field: '/spec/template/spec/containers/0/env/0/value',
    contenders: [
      { kind: 'controller', manager: 'mesh-injector', name: null, values: ['sha256:0b8e9e99ffff'] },
      { kind: 'argocd', manager: 'argocd-controller', name: 'checkout', values: ['sha256:06271baf0000'] },
    ],
    evidence: [0, 1, 2, 3].map((index) => ({
      at: given.T0 + index * 30_000,
      writer: index % 2 === 0 ? 'controller/mesh-injector' : 'argocd/checkout',
      from: index % 2 === 0 ? 'sha256:06271baf0000' : 'sha256:0b8e9e99ffff',
      to: index % 2 === 0 ? 'sha256:0b8e9e99ffff' : 'sha256:06271baf0000',
      source: 'managedFields mesh-injector',
    })),
    impact: { ...given.aConflict().impact, replicaSecondsShort: 0, lowest: null, wanted: null, templateHashes: 4 },
    failingRules: [
      {
        place: 'spec.ignoreDifferences[0]',
        reason: 'group-missing',
        message: 'The rule names no group: it matches nothing.',
      },
    ],
    insufficientHistory: true,
  });
  return {
    window: WINDOW,
    conflicts: [
      { conflict: given.aConflict({ evidence: given.evidenceOf(9, given.T0 + 120_000) }), remedy },
      { conflict: template, remedy },
      { conflict: given.aConflict({ id: 'cccccccccccc', state: 'suspected', detectedAt: null }), remedy },
      { conflict: given.aResolvedConflict(), remedy },
    ],
    notices: [given.aNotice({ workload: { ...given.WEB } }), given.aNotice({ count: 3, kind: 'rollout' })],
    risks: Array.from({ length: 60 }, (_, index) =>
      given.aRisk({
        workload: { ...given.WEB, name: `search-${String(index).padStart(2, '0')}` },
        suppressed: index === 0 ? 'known, ticket 7' : null,
      }),
    ),
    watched: { workloads: 1_204, applications: 310, autoscalers: 88, auditedAt: given.T0 + 135_000 },
    health: {
      watches: [given.aWatch(), given.aWatch({ resource: 'rollouts.argoproj.io', mandatory: false, state: 'absent' })],
      skippedLines: 0,
    },
    ...overrides,
  };
}
