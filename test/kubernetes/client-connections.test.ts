/** How the client connects, over real sockets and real TLS. */
import { writeFileSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createClient, probeServer } from '../../src/kubernetes/client.ts';
import { canMakeCertificates, makeIdentity, type ServerIdentity } from '../support/certificates.ts';
import { temporaryPath, writeKubeconfig } from '../support/kubeconfigs.ts';
import { clientOf } from '../support/live.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

/** An API server that would rather speak HTTP/2; notes what it was spoken to in. */
async function startTls(identity: ServerIdentity, port = 0): Promise<{ server: Http2SecureServer; spoken: string[] }> {
  const spoken: string[] = [];
  const server = createSecureServer({ ...identity, allowHTTP1: true }, (request, response) => {
    spoken.push(request.httpVersion);
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, spoken };
}

function stop(server: Http2SecureServer): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

describe('the connections of the client', () => {
  it('are shared by all requests', async () => {
    const server = await ScriptedServer.start();
    server.documents.set('/version', {});
    const client = await clientOf(server.url);
    for (let request = 0; request < 20; request += 1) await client.get('/version');
    // Two, because the next request may come before the socket of the last one is free again.
    expect(server.connections).toBeLessThanOrEqual(2);
    await client.close();
    await server.close();
  });

  it('are refused by a server that is not there, which is said in one sentence', async () => {
    const server = await ScriptedServer.start();
    const { url } = server;
    await server.close();
    const client = await clientOf(url);
    expect((await probeServer(client))?.message).toBe(
      `cannot reach the API server at ${url}: connection refused; check that it runs and that the kubeconfig names the right address and port`,
    );
    await client.close();
  });

  it.skipIf(!canMakeCertificates())(
    'speak HTTP/1.1 even where HTTP/2 is offered, and follow a CA that rotates',
    async () => {
      const [before, after] = [makeIdentity('before'), makeIdentity('after')];
      const caFile = temporaryPath('ca.crt');
      writeFileSync(caFile, before.ca);
      const first = await startTls(before);
      const { port } = first.server.address() as AddressInfo;
      const cluster = { 'certificate-authority': caFile };
      const kubeconfig = writeKubeconfig({ server: `https://127.0.0.1:${port}`, token: 't', cluster });
      const client = await createClient({ kubeconfig, version: '0' });
      await client.get('/version');
      expect(first.spoken).toEqual(['1.1']);
      await stop(first.server);

      const second = await startTls(after, port);
      await expect(client.get('/version')).rejects.toThrow(
        /its certificate is not trusted; check certificate-authority/,
      );
      writeFileSync(caFile, after.ca);
      expect(await client.get('/version')).toEqual({});
      expect(second.spoken).toEqual(['1.1']);
      await client.close();
      await stop(second.server);
    },
  );

  it('are not made with credentials that cannot be read, and it says which', async () => {
    const kubeconfig = writeKubeconfig({
      server: 'https://127.0.0.1:1',
      cluster: { 'certificate-authority': temporaryPath('missing.crt') },
    });
    const client = await createClient({ kubeconfig, version: '0' });
    await expect(client.get('/version')).rejects.toThrow(
      /^cannot prepare the credentials for .*missing\.crt.*; check the kubeconfig/,
    );
    await client.close();
  });
});
