/**
 * The part of argocd-server that an extension meets: its page, the extensions in one script, and the proxy with its
 * checks (argo-cd server/server.go serveExtensions, server/extension/extension.go).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildExtension } from '../../scripts/build/extension.ts';

export interface ArgoCdServer extends AsyncDisposable {
  /** Ends with the path that it is served below. */
  readonly address: string;
  /** Questions that reached the proxy, with what they said. */
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
}

export interface ArgoCdServerOptions {
  /** Where Tugwatch is; null: the proxy is switched off. */
  readonly tugwatch: string | null;
  /** server.basehref; '/' when absent. */
  readonly base?: string;
  /** Applications by 'namespace:name', each with its project: those the user may read. */
  readonly applications: Readonly<Record<string, string>>;
}

export async function startArgoCdServer(options: ArgoCdServerOptions): Promise<ArgoCdServer> {
  const { base = '/', tugwatch, applications } = options;
  const scripts = await makeScripts();
  const asked: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const page = `<!doctype html><html lang="en"><head><base href="${base}"><title>Argo CD</title></head>
<body style="font: 14px sans-serif"><div id="app"></div><script src="main.js"></script><script src="extensions.js"></script></body></html>`;
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '').slice(base.length - 1);
    if (path === '/main.js') return send(outgoing, 200, 'text/javascript', scripts.page);
    if (path === '/extensions.js') return send(outgoing, 200, 'application/javascript', scripts.extensions);
    if (path === '/favicon.ico') return send(outgoing, 204, 'image/x-icon', '');
    if (tugwatch === null || !path.startsWith('/extensions/')) return send(outgoing, 200, 'text/html', page);
    asked.push({ path, headers: incoming.headers });
    const name = String(incoming.headers['argocd-application-name'] ?? '');
    const project = incoming.headers['argocd-project-name'];
    if (!/^[^:]+:[^:]+$/.test(name) || project === undefined)
      return send(outgoing, 400, 'text/plain', 'Invalid headers');
    if (applications[name] !== project) return send(outgoing, 401, 'text/plain', 'Unauthorized extension request');
    if (!path.startsWith('/extensions/tugwatch/')) return send(outgoing, 404, 'text/plain', 'Extension not found');
    forward(`${tugwatch}${path.slice('/extensions/tugwatch'.length)}`, incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(outgoing: ServerResponse, status: number, type: string, body: string): void {
  outgoing.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

/** Without what would sign the user in elsewhere. */
function forward(url: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { cookie: _, authorization: __, host: ___, ...headers } = incoming.headers;
  const backend = request(url, { method: incoming.method ?? 'GET', headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  backend.on('error', () => send(outgoing, 502, 'text/plain', 'bad gateway'));
  backend.end();
}

async function makeScripts(): Promise<{ readonly page: string; readonly extensions: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'tugwatch-extension-'));
  try {
    const page = join(folder, 'main.js');
    await build({
      entryPoints: [join(import.meta.dirname, 'host-page.js')],
      outfile: page,
      bundle: true,
      format: 'iife',
      define: { 'process.env.NODE_ENV': '"development"' },
      logLevel: 'error',
    });
    const extension = join(folder, 'extension-tugwatch.js');
    await buildExtension(extension);
    const wrapped = `// source: extension-tugwatch.js\ntry {\n${readFileSync(extension, 'utf8')}\n} catch(e) { console.error('Extension extension-tugwatch.js failed to load:', e); }\n`;
    return { page: readFileSync(page, 'utf8'), extensions: wrapped };
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 10 });
  }
}
