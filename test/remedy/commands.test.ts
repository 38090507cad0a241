import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Json, ObjectRef } from '../../src/model/facts.ts';
import { commandOf, guardAbsence, kubectl, patchCommands, quoteWord, resourceName } from '../../src/remedy/commands.ts';
import { fc } from '../support/property.ts';

const APP: ObjectRef = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' };

/** The words a real shell makes of each command line. */
function wordsOf(commands: readonly string[]): string[][] {
  const script = commands.map((command) => `printf '%s\\0' ${command}; printf '\\0'`).join('\n');
  const output = execFileSync('sh', [], { input: script, encoding: 'utf8', maxBuffer: 1 << 26 });
  const lines: string[][] = [[]];
  // A word never is empty here, so an empty one ends a line.
  for (const word of output.split('\0').slice(0, -1)) {
    if (word === '') lines.push([]);
    else lines.at(-1)?.push(word);
  }
  return lines.slice(0, -1);
}

const hostile = fc.oneof(
  fc.constantFrom(
    "it's",
    "'; rm -rf / #",
    '$(reboot)',
    '`id`',
    'a b',
    '"x"',
    '\\',
    "'''",
    '*',
    '~',
    '-n',
    '--',
    '!x',
    'é€😀',
    '{a,b}',
    'a\nb',
    '$HOME',
    '#',
  ),
  fc.string({ minLength: 1 }).filter((text) => !text.includes('\0')),
);

describe('commands as a shell reads them', () => {
  it('every word survives, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 50, maxLength: 50 }), (words) => {
        expect(wordsOf(words.map((word) => commandOf('x', word)))).toEqual(words.map((word) => ['x', word]));
      }),
      { numRuns: 10 },
    );
  });

  it('an empty word stays a word', () => {
    expect(quoteWord('')).toBe("''");
  });

  it('the JSON of a patch survives, whatever names and values are in it', () => {
    const values = fc.oneof(
      hostile,
      fc.record({ name: hostile, jqPathExpressions: fc.array(hostile) }),
    ) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(fc.array(values, { minLength: 20, maxLength: 20 }), (list) => {
        const patches = list.map((value) => [{ op: 'add' as const, path: '/spec/ignoreDifferences', value: [value] }]);
        const lines = wordsOf(patches.flatMap((patch) => patchCommands(APP, patch)));
        for (const [index, patch] of patches.entries()) {
          const [kubectlWords, argocdWords] = lines.slice(index * 2, index * 2 + 2);
          expect(kubectlWords?.slice(0, -1)).toEqual([
            'kubectl',
            'patch',
            'applications.argoproj.io/web',
            '-n',
            'argocd',
            '--type',
            'json',
            '-p',
          ]);
          expect(argocdWords?.slice(0, -1)).toEqual([
            'argocd',
            'app',
            'patch',
            'web',
            '-N',
            'argocd',
            '--type',
            'json',
            '--patch',
          ]);
          expect(JSON.parse(kubectlWords?.at(-1) ?? '')).toEqual(guardAbsence(patch));
          expect(JSON.parse(argocdWords?.at(-1) ?? '')).toEqual(guardAbsence(patch));
        }
      }),
      { numRuns: 10 },
    );
  });

  it('an object with a hostile name and namespace stays one argument each', () => {
    const ref = { ...APP, namespace: "x'; y", name: '-o yaml' };
    expect(wordsOf([kubectl(['get'], ref)])).toEqual([
      ['kubectl', 'get', 'applications.argoproj.io/-o yaml', '-n', "x'; y"],
    ]);
  });
});

describe('a list that was absent when it was read', () => {
  it('is tested to be absent still, so that what a colleague added in between is not lost', () => {
    expect(guardAbsence([{ op: 'add', path: '/spec/ignoreDifferences', value: [] }])).toEqual([
      { op: 'test', path: '/spec/ignoreDifferences', value: null },
      { op: 'add', path: '/spec/ignoreDifferences', value: [] },
    ]);
  });

  it('is not what an append or an edit in place is about', () => {
    const patch = [
      { op: 'test' as const, path: '/spec/ignoreDifferences', value: [1] },
      { op: 'add' as const, path: '/spec/ignoreDifferences/-', value: 2 },
      { op: 'replace' as const, path: '/spec/syncPolicy/syncOptions/0', value: 'x' },
    ];
    expect(guardAbsence(patch)).toEqual(patch);
  });
});

describe('which commands are given', () => {
  it('never the flag of argocd app set that does not exist', () => {
    const commands = patchCommands(APP, [{ op: 'add', path: '/spec/ignoreDifferences', value: [] }]);
    expect(commands.join('\n')).not.toContain('argocd app set');
  });

  it('kubectl only for an ApplicationSet, which argocd cannot patch', () => {
    const commands = patchCommands({ ...APP, kind: 'ApplicationSet' }, [{ op: 'add', path: '/spec/x', value: 1 }]);
    expect(commands.map((command) => command.split(' ')[0])).toEqual(['kubectl']);
    expect(commands[0]).toContain('applicationsets.argoproj.io/web');
  });

  it.each<[string, Json]>([
    ['an empty list', []],
    ['an empty group', [{ group: '', kind: 'Service', jsonPointers: ['/spec'] }]],
    ['an empty list of pointers', [{ kind: 'Service', jsonPointers: [] }]],
  ])(
    "kubectl only where the tested list holds %s: Argo CD's API leaves it out, and the test would fail",
    (_, value) => {
      const commands = patchCommands(APP, [
        { op: 'test', path: '/spec/ignoreDifferences', value },
        { op: 'add', path: '/spec/ignoreDifferences/-', value: { kind: 'X' } },
      ]);
      expect(commands.map((command) => command.split(' ')[0])).toEqual(['kubectl']);
    },
  );

  it('names a resource with its group, since other CRDs have the same plural', () => {
    expect(resourceName(APP)).toBe('applications.argoproj.io/web');
    expect(resourceName({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'a', name: 'b' })).toBe(
      'deployment.apps/b',
    );
    expect(resourceName({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'a', name: 'b' })).toBe('configmap/b');
  });
});
