/**
 * Of @kubernetes/client-node Tugwatch uses KubeConfig, and the package declares no `sideEffects`: a bundler then keeps a
 * generated client for every API, 2.8 MB that every start would parse. Its modules have no effect but to declare things
 * (dist/polyfill.js apart, which sets a global that Node 20 lacked), so what KubeConfig does not reach may go.
 */
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const PACKAGE = '@kubernetes/client-node';
const INNER = `${PACKAGE}?whole`;

export function kubeConfigOnly(root: string): Plugin {
  const folder = join(root, 'node_modules', PACKAGE, 'dist');
  return {
    name: 'kube-config-only',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${PACKAGE}$`) }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: 'kube-config', namespace: 'kube-config-only' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'kube-config-only' }, () => ({
        contents: `export { KubeConfig } from '${INNER}';`,
        resolveDir: root,
      }));
      build.onResolve({ filter: /\?whole$/ }, () => ({ path: join(folder, 'index.js'), sideEffects: false }));
      // Node's own rule for ES modules: a relative specifier is the file, extension included.
      build.onResolve({ filter: /^\..*\.js$/ }, ({ path, importer, resolveDir }) =>
        importer.startsWith(folder)
          ? { path: join(resolveDir, path), sideEffects: path.endsWith('/polyfill.js') }
          : undefined,
      );
    },
  };
}
