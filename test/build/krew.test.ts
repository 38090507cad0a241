/** The krew manifest that a release fills in, held against the package that it would carry. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const template = readFileSync('.krew.yaml', 'utf8');
const filled = parse(
  template
    .replace(/\{\{addURIAndSha "(.*)" \.TagName \}\}/, `uri: $1\n      sha256: ${'0'.repeat(64)}`)
    .replaceAll('{{ .TagName }}', 'v0.1.0'),
) as {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: { version: string; shortDescription: string; platforms: { uri: string; bin: string; files: object[] }[] };
};

describe('the krew manifest', () => {
  it('is one that krew takes', () => {
    expect(filled).toMatchObject({
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'tugwatch' },
      spec: { version: 'v0.1.0' },
    });
    // krew's own limit for the index.
    expect(filled.spec.shortDescription.length).toBeLessThanOrEqual(50);
    expect(filled.spec.platforms[0]?.uri).toBe('https://tugwatch.dev/releases/v0.1.0/tugwatch.tgz');
  });

  it('names a program that the package has, which may be run', () => {
    const [{ files }] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    ) as [{ files: { path: string; mode: number }[] }];
    const program = files.find(({ path }) => path === filled.spec.platforms[0]?.bin);
    expect((program?.mode ?? 0) & 0o111).toBe(0o111);
    expect(readFileSync(program?.path ?? '', 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
