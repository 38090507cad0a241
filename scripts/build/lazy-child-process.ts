/**
 * commander imports node:child_process for commands that are programs of their own, which Tugwatch has none of; to load it,
 * with all of the net that it stands on, takes as long as to print the help.
 */
import type { Plugin } from 'esbuild';

export function lazyChildProcess(): Plugin {
  return {
    name: 'lazy-child-process',
    setup(build) {
      build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
        /[\\/]node_modules[\\/]commander[\\/]/.test(importer)
          ? { path: 'child-process', namespace: 'lazy-child-process' }
          : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'lazy-child-process' }, () => ({
        contents: "export default { spawn: (...args) => process.getBuiltinModule('child_process').spawn(...args) };",
      }));
    },
  };
}
