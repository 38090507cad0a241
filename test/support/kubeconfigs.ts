/** Kubeconfig files for tests, in a directory of their own that goes with the process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { stringify } from 'yaml';

export interface KubeconfigInput {
  readonly server: string;
  readonly token?: string;
  readonly context?: string;
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
}

const directory = mkdtempSync(join(tmpdir(), 'tugwatch-test-'));
let files = 0;

afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));

/** A path in the directory of this test file. */
export function temporaryPath(name: string): string {
  return join(directory, name);
}

/** Writes a kubeconfig and returns its path; `path` overwrites an earlier one. */
export function writeKubeconfig(input: KubeconfigInput, path?: string): string {
  const file = path ?? temporaryPath(`kubeconfig-${++files}`);
  const name = input.context ?? 'test';
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: input.server, ...input.cluster } }],
    users: [{ name, user: { ...(input.token === undefined ? {} : { token: input.token }), ...input.user } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  writeFileSync(file, stringify(document));
  return file;
}
