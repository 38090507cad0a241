/** The UI extension for Argo CD, as the one plain script that argocd-server takes. */
import { join } from 'node:path';
import { build } from 'esbuild';

/** argocd-server serves what is called extension*.js (argo-cd server/server.go, extensionsPattern). */
export const EXTENSION_FILE = 'extension-tugwatch.js';

const ENTRY = join(import.meta.dirname, '..', '..', 'src', 'argocd-extension', 'extension.ts');

/** Nothing of React is in it: Argo CD's page brings its own. */
export async function buildExtension(outfile: string): Promise<void> {
  await build({
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    // argocd-server puts all extensions into one script, each in a try block: no import, no name of its own.
    format: 'iife',
    legalComments: 'none',
  });
}
