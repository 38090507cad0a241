import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Scrapes, scrapeRecording } from '../../scripts/score/scrape/scrape-recording.ts';
import type { Json } from '../../src/model/facts.ts';
import { formatLine, type LineType, type RecordedObject } from '../../src/recording/format.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';

const folder = mkdtempSync(join(tmpdir(), 'scrape-'));
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

type Line = readonly [second: number, type: LineType, resource: string, object: RecordedObject];

const START = Date.parse('2026-11-21T05:44:00Z');

async function scrape(lines: readonly Line[]): Promise<Scrapes> {
  const path = join(folder, 'recording.ndjson');
  const texts = lines.map(([second, type, resource, object]) =>
    formatLine({ at: new Date(START + second * 1_000).toISOString(), apiVersion: 'apps/v1', resource, type, object }),
  );
  writeFileSync(path, `${texts.join('\n')}\n`);
  return scrapeRecording(path);
}

function deployment(name: string, replicas: number, status: Json = {}): RecordedObject {
  return { kind: 'Deployment', metadata: { namespace: 'shop', name, uid: name }, spec: { replicas }, status };
}

function application(startedAt: string, phase: string, syncStatus = 'Synced'): RecordedObject {
  return {
    kind: 'Application',
    metadata: { namespace: 'argocd', name: 'web', uid: 'u1' },
    spec: { project: 'default', destination: { server: 'https://kubernetes.default.svc' } },
    status: {
      sync: { status: syncStatus },
      health: { status: 'Healthy' },
      operationState: { startedAt, phase, operation: { sync: {} } },
    },
  };
}

/** Samples of one metric as 'second: value', '-' being a staleness marker; one text a series. */
function shown({ store }: Scrapes, metric: string): readonly string[] {
  return (store.get(metric) ?? []).map(({ samples }) =>
    samples.map(({ at, value }) => `${(at - START) / 1_000}: ${value ?? '-'}`).join(', '),
  );
}

const END: Line = [100, 'BOOKMARK', 'deployments', {}];

describe('scrapes of a recording', () => {
  it('see at every half minute what stands then, and miss what lies between', async () => {
    const scrapes = await scrape([
      [1, 'ADDED', 'deployments', deployment('web', 3, { availableReplicas: 2 })],
      [1, 'SYNCED', 'deployments', {}],
      [31, 'MODIFIED', 'deployments', deployment('web', 9)],
      [39, 'MODIFIED', 'deployments', deployment('web', 3)],
      [61, 'MODIFIED', 'deployments', deployment('web', 9)],
      END,
    ]);
    expect(scrapes.times.map((at) => (at - START) / 1_000)).toEqual([30, 60, 90]);
    expect(shown(scrapes, 'kube_deployment_spec_replicas')).toEqual(['30: 3, 60: 3, 90: 9']);
    expect(shown(scrapes, 'kube_deployment_status_replicas_available')).toEqual(['30: 2, 60: 0, 90: 0']);
  });

  it('mark what was deleted, and what a relist does not name any more, as stale', async () => {
    const scrapes = await scrape([
      [1, 'ADDED', 'deployments', deployment('kept', 1)],
      [1, 'ADDED', 'deployments', deployment('deleted', 1)],
      [1, 'ADDED', 'deployments', deployment('missed', 1)],
      [1, 'SYNCED', 'deployments', {}],
      [31, 'DELETED', 'deployments', deployment('deleted', 1)],
      [61, 'ADDED', 'deployments', deployment('kept', 1)],
      [61, 'SYNCED', 'deployments', {}],
      END,
    ]);
    expect(shown(scrapes, 'kube_deployment_spec_replicas')).toEqual([
      '30: 1, 60: 1, 90: 1',
      '30: 1, 60: -',
      '30: 1, 60: 1, 90: -',
    ]);
  });

  it('count an operation of Argo CD once, when it is completed, by its phase', async () => {
    const scrapes = await scrape([
      [1, 'ADDED', 'applications', application('05:43', 'Running')],
      [31, 'MODIFIED', 'applications', application('05:43', 'Succeeded')],
      [32, 'MODIFIED', 'applications', application('05:43', 'Succeeded', 'OutOfSync')],
      [61, 'MODIFIED', 'applications', application('05:44', 'Failed')],
      [62, 'MODIFIED', 'applications', application('05:45', 'Running')],
      [63, 'MODIFIED', 'applications', application('05:45', 'Succeeded')],
      END,
    ]);
    expect(shown(scrapes, 'argocd_app_sync_total')).toEqual(['60: 1, 90: 2', '90: 1']);
    expect(scrapes.store.get('argocd_app_sync_total')?.map(({ labels }) => labels['phase'])).toEqual([
      'Succeeded',
      'Failed',
    ]);
  });

  it('show the state of an Application as one series for each state that it takes', async () => {
    const scrapes = await scrape([
      [1, 'ADDED', 'applications', application('05:43', 'Succeeded')],
      [31, 'MODIFIED', 'applications', application('05:43', 'Succeeded', 'OutOfSync')],
      END,
    ]);
    expect(shown(scrapes, 'argocd_app_info')).toEqual(['30: 1, 60: -', '60: 1, 90: 1']);
  });

  it('know what an HPA scales', async () => {
    const { targets } = await scrape([
      [
        1,
        'ADDED',
        'horizontalpodautoscalers',
        {
          kind: 'HorizontalPodAutoscaler',
          metadata: { namespace: 'shop', name: 'h', uid: 'h' },
          spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 9 },
        },
      ],
      END,
    ]);
    expect([...targets]).toEqual([['shop/h', { kind: 'Deployment', name: 'web' }]]);
  });

  it.skipIf(noRecordings)('of the textbook fight show its 28 operations and replicas between 3 and 9', async () => {
    const { store, times } = await scrapeRecording(recordingPath('grokdevops'));
    expect(times).toHaveLength(72);
    const [syncs, ...others] = store.get('argocd_app_sync_total') ?? [];
    expect(others).toEqual([]);
    expect(syncs?.labels).toMatchObject({ name: 'grokdevops', namespace: 'argocd', phase: 'Succeeded' });
    expect(syncs?.samples.at(-1)?.value).toBe(28);
    const replicas = store.get('kube_deployment_spec_replicas')?.[0]?.samples.map(({ value }) => value ?? -1) ?? [];
    expect([Math.min(...replicas), Math.max(...replicas)]).toEqual([3, 9]);
  });
});
