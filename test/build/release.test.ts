import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { notesOf } from '../../scripts/release/changelog.ts';
import { VERSION } from '../../src/version.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const { packages } = JSON.parse(read('.github/release-please-config.json')) as {
  packages: { '.': { 'extra-files': string[] } };
};

/** Lines of a file that the release raises: by a mark on the line, or between two marks. */
function raisedLines(text: string): string[] {
  const blocks = [...text.matchAll(/x-release-please-start-version[^\n]*\n([\s\S]*?)\n[^\n]*x-release-please-end/g)];
  const marked = text.split('\n').filter((line) => /x-release-please-version/.test(line));
  return [...marked, ...blocks.flatMap(([, block = '']) => block.split('\n'))];
}

describe('a release', () => {
  it.each(packages['.']['extra-files'])('raises the version in %s', (file) => {
    const lines = raisedLines(read(file)).filter((line) => /\d+\.\d+\.\d+/.test(line));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toContain(VERSION);
  });

  it('starts from the version that was released last, or from none', () => {
    const manifest = JSON.parse(read('.github/.release-please-manifest.json')) as { '.': string };
    expect(['0.0.0', VERSION]).toContain(manifest['.']);
    expect(JSON.parse(read('package.json'))).toMatchObject({ version: VERSION });
  });

  it('says what the changelog says of it', () => {
    const changelog = '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-05-01)\n\n- New.\n\n## 0.1.0\n\n- First.\n';
    expect(notesOf(changelog, '0.2.0')).toBe('- New.');
    expect(notesOf(changelog, '0.1.0')).toBe('- First.');
  });

  it('is refused without notes, and while notes of it stand elsewhere', () => {
    expect(() => notesOf(read('CHANGELOG.md'), '99.0.0')).toThrow('rename Unreleased to "99.0.0 (date)"');
    const changelog = '## Unreleased\n\n- Forgotten.\n\n## 0.2.0\n\n- New.\n';
    expect(() => notesOf(changelog, '0.2.0')).toThrow('still has lines under Unreleased');
  });
});

describe('npm run sbom', () => {
  it('names every package behind the bundle as CycloneDX, and none that only tests need', () => {
    const bom = JSON.parse(execFileSync('npm', ['run', '--silent', 'sbom'], { encoding: 'utf8' })) as {
      bomFormat: string;
      metadata: { component: { purl: string; type: string } };
      components: { 'bom-ref': string; name: string; purl: string; hashes: object[]; licenses: object[] }[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { type: 'application', name: 'tugwatch', purl: `pkg:npm/tugwatch@${VERSION}` } },
    });
    const { dependencies } = JSON.parse(read('package.json')) as Record<string, object>;
    const refs = bom.components.map((component) => component['bom-ref']);
    const direct = refs.map((ref) => ref.replace(/@[^@]*$/, ''));
    expect(direct).toEqual(expect.arrayContaining(Object.keys(dependencies ?? {})));
    for (const name of ['vitest', 'typescript', 'esbuild', 'kubernetes-models']) expect(direct).not.toContain(name);
    expect(
      bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !refs.includes(ref)),
    ).toEqual([`tugwatch@${VERSION}`]);
    for (const { name, purl, hashes, licenses } of bom.components) {
      expect(purl, name).toMatch(/^pkg:npm\//);
      expect([hashes.length, licenses.length], name).not.toContain(0);
    }
  });
});
