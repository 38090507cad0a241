/**
 * `npm run build`: one bundled file, dist/tugwatch.js, that needs nothing but Node, dist/LICENSES.txt about what is in
 * it, and dist/extensions for Argo CD's page. One file: it can be copied anywhere and audited as a whole; the chunks in it
 * are compiled and evaluated only when a command needs them (build/one-file.ts).
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { buildExtension, EXTENSION_FILE } from './build/extension.ts';
import { kubeConfigOnly } from './build/kube-config-only.ts';
import { lazyChildProcess } from './build/lazy-child-process.ts';
import { listBundledPackages, renderLicences } from './build/licences.ts';
import { namedExports } from './build/named-exports.ts';
import { packIntoOneFile } from './build/one-file.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
/** The chunk that runs the command line. */
const ENTRY = 'start';
const { values } = parseArgs({ options: { outdir: { type: 'string', default: DIST } } });

const { metafile, outputFiles } = await build({
  absWorkingDir: ROOT,
  stdin: {
    contents: "import { main } from './src/main.ts'; await main(process.argv);",
    resolveDir: ROOT,
    sourcefile: 'tugwatch.ts',
    loader: 'ts',
  },
  outdir: values.outdir,
  entryNames: ENTRY,
  chunkNames: '[name]-[hash]',
  splitting: true,
  write: false,
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
  plugins: [kubeConfigOnly(ROOT), lazyChildProcess(), namedExports(['undici'])],
  // Some dependencies are CommonJS and call require at run time; an ES module has none of its own.
  banner: { js: "const require = process.getBuiltinModule('module').createRequire(import.meta.url);" },
});

const chunks = outputFiles.map(({ path, text }) => ({ name: basename(path), code: text }));
mkdirSync(values.outdir, { recursive: true });
writeFileSync(join(values.outdir, 'tugwatch.js'), packIntoOneFile(chunks, `${ENTRY}.js`));

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
