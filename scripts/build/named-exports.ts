/**
 * A CommonJS package that is imported at run time becomes a chunk that has a default export only, where Node's own import
 * gives its members by name too. Node is asked for the names.
 */
import type { Plugin } from 'esbuild';

export function namedExports(packages: readonly string[]): Plugin {
  return {
    name: 'named-exports',
    setup(build) {
      const root = build.initialOptions.absWorkingDir ?? process.cwd();
      build.onResolve({ filter: new RegExp(`^(${packages.join('|')})$`) }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path, namespace: 'named-exports' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'named-exports' }, async ({ path }) => {
        const names = Object.keys(await import(path)).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
        const named = names.filter((name) => name !== 'default' && name !== '__esModule');
        return { contents: `export { ${named.join(', ')} } from '${path}';`, resolveDir: root };
      });
    },
  };
}
