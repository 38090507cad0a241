/**
 * `npm run build`: one bundled file, dist/tugwatch.js, that needs nothing but Node, dist/LICENSES.txt about what is in
 * it, and dist/extensions for Argo CD's page. One file rather than chunks: it can be copied anywhere and audited as a whole; modules in it are evaluated only
 * when a command needs them.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { buildExtension, EXTENSION_FILE } from './build/extension.ts';
import { kubeConfigOnly } from './build/kube-config-only.ts';
import { listBundledPackages, renderLicences } from './build/licences.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const { values } = parseArgs({ options: { outdir: { type: 'string', default: DIST } } });

const { metafile } = await build({
  absWorkingDir: ROOT,
  stdin: {
    contents: "import { main } from './src/main.ts'; await main(process.argv);",
    resolveDir: ROOT,
    sourcefile: 'tugwatch.ts',
    loader: 'ts',
  },
  outfile: join(values.outdir, 'tugwatch.js'),
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node22.20',
  format: 'esm',
  // LICENSES.txt has them all, and whole.
  legalComments: 'none',
  metafile: true,
  define: { 'process.env.TUGWATCH_REVISION': JSON.stringify(revision()) },
  plugins: [kubeConfigOnly(ROOT)],
  // Some dependencies are CommonJS and call require at run time; an ES module has none of its own.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});

const outfile = join(values.outdir, 'extensions', EXTENSION_FILE);
await buildExtension(outfile);
// A kustomization takes no file from above its folder. An image is built without the manifests.
const kustomization = join(ROOT, 'manifests', 'argocd');
if (values.outdir === DIST && existsSync(kustomization)) copyFileSync(outfile, join(kustomization, EXTENSION_FILE));

const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
  Object.keys(inputs).filter((file) => (inputs[file]?.bytesInOutput ?? 0) > 0),
);
const packages = listBundledPackages(ROOT, used);
writeFileSync(join(values.outdir, 'LICENSES.txt'), renderLicences(ROOT, packages));

/** The commit: from the environment where there is no .git (an image is built without it), else asked of Git. */
function revision(): string {
  const given = process.env['TUGWATCH_REVISION'];
  if (given) return given.slice(0, 12);
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // Built from an unpacked archive: there is no commit to name.
    return '';
  }
}
