/**
 * `npm run sbom`: the packages behind the bundle as CycloneDX. npm itself writes it; what only development needs is left out
 * here, by the lock's own marks, because `npm sbom --omit dev` also leaves out a package that both need (yaml, with npm 11).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

interface Bom {
  readonly metadata: { readonly component: { name: string } };
  components: readonly { readonly 'bom-ref': string }[];
  dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
const bom = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64e6 })) as Bom;
const { name, packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  name: string;
  packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean; readonly name?: string }>>;
};
const shipped = new Set(
  Object.entries(packages)
    .filter(([, { dev = false }]) => !dev)
    .map(([path, entry]) => `${entry.name ?? path.replace(/^.*node_modules\//, '')}@${entry.version}`),
);

// npm takes the name of the folder.
bom.metadata.component.name = name;
bom.components = bom.components.filter((component) => shipped.has(component['bom-ref']));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => shipped.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => shipped.has(one)) }));
console.log(JSON.stringify(bom, null, 2));
