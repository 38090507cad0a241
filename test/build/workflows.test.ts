/** The workflows run what a person runs: npm scripts that exist, files that are there, rights that only read. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PINNED_TOOLS } from '../../scripts/tools/pinned.ts';

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const files = globSync('.github/workflows/*.yml').sort();

/** Jobs that may write, and what. */
const WRITE: Readonly<Record<string, readonly string[]>> = {
  'release.yml version': ['contents', 'issues', 'pull-requests'],
  'release.yml files': ['contents'],
};

it('there is one for every push and one for a release', () => {
  expect(files).toEqual(['.github/workflows/ci.yml', '.github/workflows/release.yml']);
});

describe.each(files)('%s', (file) => {
  const text = readFileSync(file, 'utf8');
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  it('calls npm scripts that there are', () => {
    const called = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/npm (?:run (?:--silent )?)?([a-z:]+)/g)]
        .map(([, name = '']) => name)
        .filter((name) => name !== 'ci'),
    );
    expect(called).toEqual(expect.arrayContaining(['test', 'tools', 'check:manifests', 'build']));
    for (const name of called) expect(scripts).toHaveProperty(name);
  });

  it('may only read; a job that writes is known, and writes only that', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const [name, { permissions = {} }] of jobs) {
      const writes = Object.keys(permissions).filter((key) => permissions[key] !== 'read');
      expect(writes, name).toEqual(WRITE[`${file.split('/').at(-1)} ${name}`] ?? []);
    }
  });

  it('takes every action by a commit, with its version beside it', () => {
    const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, value = '']) => value);
    expect(uses.length).toBeGreaterThan(2);
    for (const value of uses) expect(value).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    // One action, one commit: two would be one that was forgotten.
    const commits = new Set(uses.map((value) => value.split(' ')[0]));
    expect(commits.size).toBe(new Set(uses.map((value) => value.split('@')[0])).size);
  });

  it('leaves no token behind in the checkout, and ends by itself', () => {
    for (const { uses = '', with: given } of steps.filter((step) => step.uses?.startsWith('actions/checkout@'))) {
      expect(given, uses).toMatchObject({ 'persist-credentials': false });
    }
    for (const [name, job] of jobs) expect(job['timeout-minutes'], name).toBeLessThanOrEqual(40);
  });

  it('puts nothing that somebody else can write into a script', () => {
    for (const { run = '', name } of steps) expect(run, name).not.toContain('${{');
  });

  it('names files that are in the repository', () => {
    const paths = steps.flatMap(({ run = '', with: given = {} }) => [
      ...(run.match(/\bmanifests\/[\w/-]+/g) ?? []),
      ...Object.entries(given).flatMap(([key, value]) => (key.endsWith('-file') ? [String(value)] : [])),
    ]);
    for (const path of paths) expect(existsSync(path), path).toBe(true);
  });
});

describe('.github/renovate.json', () => {
  const { customManagers } = JSON.parse(readFileSync('.github/renovate.json', 'utf8')) as {
    customManagers: { managerFilePatterns: [string]; matchStrings: [string]; datasourceTemplate: string }[];
  };

  it('finds every tool that is pinned, with its version', () => {
    const found = customManagers.flatMap(({ managerFilePatterns: [pattern], matchStrings: [match] }) => {
      const [path = ''] = globSync('scripts/tools/*.ts').filter((one) => new RegExp(pattern.slice(1, -1)).test(one));
      return [...readFileSync(path, 'utf8').matchAll(new RegExp(match, 'g'))].map(({ groups = {} }) => groups);
    });
    expect(found.map((groups) => groups['currentValue']).sort()).toEqual(
      PINNED_TOOLS.map(({ version }) => version).sort(),
    );
    const names = found.map((groups) => groups['depName'] ?? '');
    for (const name of names) expect(PINNED_TOOLS.some((tool) => tool.package.startsWith(name))).toBe(true);
  });
});
