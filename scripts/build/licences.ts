/** LICENSES.txt: which packages are in the bundle, and the words under which each may be passed on. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its package.json has it. */
  readonly licence: string;
  /** Whole licence and notice files; empty when the package ships none. */
  readonly texts: readonly string[];
}

const LICENCE_FILES = ['LICENSE*', 'LICENCE*', 'license*', 'licence*', 'COPYING*', 'NOTICE*'];

/** What a package was compiled from and does not name itself: WebAssembly carries no package.json. */
const COMPILED_FROM: Readonly<Record<string, string>> = {
  'jq-wasm':
    'Its WebAssembly is jq 1.8.2 (MIT, with parts under the notices in its COPYING: https://github.com/jqlang/jq/blob/jq-1.8.2/COPYING)\n' +
    'with Oniguruma (BSD-2-Clause: https://github.com/kkos/oniguruma/blob/master/COPYING), compiled.',
};

/**
 * The packages that the inputs of a bundle belong to, by name and version. `inputs` are paths below `root`.
 * @throws Error naming the package that says nothing of a licence: such code cannot be passed on
 */
export function listBundledPackages(root: string, inputs: readonly string[]): BundledPackage[] {
  const folders = new Set(
    inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0] ?? []),
  );
  const packages = [...folders].map((folder) => readPackage(join(root, folder)));
  const unique = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]));
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

export function renderLicences(root: string, packages: readonly BundledPackage[]): string {
  const own = readFileSync(join(root, 'LICENSE'), 'utf8').trim();
  const list = packages.map(({ name, version, licence }) => `  ${name} ${version} (${licence})`);
  const parts = packages.map(({ name, version, licence, texts }) =>
    [
      `${name} ${version}`,
      `Licence: ${licence}`,
      ...(COMPILED_FROM[name] === undefined ? [] : [COMPILED_FROM[name]]),
      ...(texts.length === 0 ? ['(The package ships no licence text.)'] : texts),
    ].join('\n\n'),
  );
  const rule = `\n\n${'='.repeat(100)}\n\n`;
  return `${[`tugwatch.js contains Tugwatch and these packages:\n\n${list.join('\n')}`, `Tugwatch\n\n${own}`, ...parts].join(rule)}\n`;
}

function readPackage(folder: string): BundledPackage {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const { name, version, license } = about;
  if (typeof name !== 'string' || typeof version !== 'string' || typeof license !== 'string') {
    throw new Error(`${folder}/package.json names no licence: it cannot be bundled before somebody has looked at it`);
  }
  const files = [...new Set(globSync(LICENCE_FILES, { cwd: folder }))]
    .sort()
    .filter((file) => !/\.(js|ts)$/.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return { name, version, licence: license, texts };
}
