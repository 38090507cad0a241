/** Recorded lines and files made by hand. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { Change, Json } from '../../src/model/facts.ts';
import { formatLine, type LineType, type RecordedLine } from '../../src/recording/format.ts';
import { ReplaySource } from '../../src/recording/replay-source.ts';

const START = Date.parse('2026-11-21T06:00:00.000Z');

export interface LineInput {
  /** Seconds after the start. */
  readonly s?: number;
  readonly type?: LineType;
  readonly resource?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly replicas?: number;
  readonly version?: number;
  readonly object?: { [key: string]: Json };
}

const KINDS: { readonly [resource: string]: readonly [apiVersion: string, kind: string] } = {
  deployments: ['apps/v1', 'Deployment'],
  replicasets: ['apps/v1', 'ReplicaSet'],
  configmaps: ['v1', 'ConfigMap'],
  secrets: ['v1', 'Secret'],
  pods: ['v1', 'Pod'],
  daemonsets: ['apps/v1', 'DaemonSet'],
};

/** A line about Deployment shop/web, unless told otherwise. */
export function line(input: LineInput = {}): RecordedLine {
  const resource = input.resource ?? 'deployments';
  const [apiVersion, kind] = KINDS[resource] ?? ['v1', 'Thing'];
  const name = input.name ?? 'web';
  const type = input.type ?? 'MODIFIED';
  const whole = {
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop', uid: input.uid ?? `uid-${name}`, resourceVersion: String(input.version ?? 1) },
    spec: { replicas: input.replicas ?? 3 },
  };
  const bare = { metadata: { resourceVersion: String(input.version ?? 1) } };
  const object = input.object ?? (type === 'SYNCED' || type === 'BOOKMARK' ? bare : whole);
  return { at: new Date(START + (input.s ?? 0) * 1000).toISOString(), apiVersion, resource, type, object };
}

export function textOf(...inputs: readonly (LineInput | string)[]): string {
  return inputs.map((input) => (typeof input === 'string' ? input : formatLine(line(input)))).join('\n');
}

/** A folder that is gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Writes a file into a scratch folder, packed where its name ends in '.gz'. */
export function fileOf(content: string | Buffer, name = 'recording.ndjson'): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, name.endsWith('.gz') && typeof content === 'string' ? gzipSync(content) : content);
  return path;
}

/** Everything that a replay of the files tells. */
export async function changesOf(...paths: readonly string[]): Promise<Change[]> {
  const changes: Change[] = [];
  await new ReplaySource(paths).run((change) => changes.push(change));
  return changes;
}

/** 'upsert/list web=3', 'delete/list web', 'synced deployments', 'interrupted deployments'. */
export function brief(change: Change): string {
  switch (change.type) {
    case 'upsert': {
      const count = change.fact.fact === 'workload' ? `=${change.fact.replicas}` : ` (${change.fact.fact})`;
      return `upsert/${change.origin} ${change.fact.ref.name}${count}`;
    }
    case 'delete':
      return `delete/${change.origin} ${change.ref.name}${change.fact === 'workload' ? '' : ` (${change.fact})`}`;
    default:
      return `${change.type} ${change.resource}`;
  }
}

export async function replay(...inputs: readonly (LineInput | string)[]): Promise<string[]> {
  return (await changesOf(fileOf(textOf(...inputs)))).map(brief);
}
