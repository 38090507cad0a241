/** The Dockerfile, as far as it can be held to its word without an engine. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { argumentsOf, copiedFromContext, readDockerfile } from '../support/dockerfile.ts';

const lines = readDockerfile();
const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

describe('the image', () => {
  it('gets from the build context exactly what it copies', () => {
    const ignore = readFileSync('.dockerignore', 'utf8').split('\n');
    const admitted = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(ignore).toContain('*');
    expect(admitted.sort()).toEqual(copiedFromContext(lines).sort());
  });

  it('runs the bundle without a shell, as somebody who is not root', () => {
    expect(last[0]).toMatch(/^FROM \$\{BASE_IMAGE\}$/);
    expect(argumentsOf(last, 'USER')).toEqual(['65532:65532']);
    expect(JSON.parse(argumentsOf(last, 'ENTRYPOINT')[0] ?? '')).toEqual([
      '/nodejs/bin/node',
      '--max-semi-space-size=8',
      '/app/tugwatch.js',
    ]);
    expect(JSON.parse(argumentsOf(last, 'CMD')[0] ?? '')).toEqual(['run']);
    expect(argumentsOf(last, 'RUN')).toEqual([]);
    expect(argumentsOf(last, 'COPY')[0]).toContain('/dist/tugwatch.js');
  });

  it('takes its base from whoever builds it, and says which it was', () => {
    expect(lines[0]).toBe('ARG BASE_IMAGE');
    expect(argumentsOf(last, 'ARG')).toContain('BASE_IMAGE');
    expect(argumentsOf(last, 'LABEL').join()).toContain('org.opencontainers.image.base.name="$BASE_IMAGE"');
    // No host of a registry: a name with a dot before its first slash would be one.
    expect(lines.filter((line) => /^(FROM|ARG) .*\b[\w-]+\.[\w.-]+\//.test(line))).toEqual([]);
  });

  it('carries the version of the package', () => {
    expect(argumentsOf(last, 'ARG')).toContain(`VERSION="${VERSION}"`);
  });
});
