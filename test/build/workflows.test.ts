/** The workflows run what a person runs: npm scripts that exist, files that are there, rights that only read. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>
  >;
}

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const files = globSync('.github/workflows/*.yml');

describe.each(files)('%s', (file) => {
  const workflow = parse(readFileSync(file, 'utf8')) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('calls npm scripts that there are', () => {
    const called = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/npm (?:run (?:--silent )?)?([a-z]+)/g)]
        .map(([, name = '']) => name)
        .filter((name) => name !== 'ci'),
    );
    expect(called).toContain('test');
    for (const name of called) expect(scripts).toHaveProperty(name);
  });

  it('may only read, unless a job asks for more', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('takes actions and tools by version', () => {
    for (const { uses = 'none@v0', run = '' } of steps) {
      expect(uses).toMatch(/@(v\d|[0-9a-f]{40})/);
      for (const [, tool] of run.matchAll(/pipx run (\S+)/g)) expect(tool).toMatch(/==\d/);
      for (const [, tool] of run.matchAll(/go install (\S+)/g)) expect(tool).toMatch(/@v\d/);
    }
  });

  it('names files that are in the repository', () => {
    const paths = steps.flatMap(({ run = '' }) => run.match(/\b(?:Dockerfile|manifests)\b/g) ?? []);
    for (const path of paths) expect(existsSync(path), path).toBe(true);
  });
});
