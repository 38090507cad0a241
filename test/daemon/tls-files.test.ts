/** The daemon's certificate, in files that rotate, seen by real TLS clients. */
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { followTlsFiles, readTlsFiles } from '../../src/daemon/tls-files.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createWebServer } from '../../src/web/server.ts';
import { canMakeCertificates, makeIdentity, type ServerIdentity } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { T0 } from '../support/report-fixtures.ts';

async function dial(port: number, ca: string, maxVersion?: SecureVersion): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca, ...(maxVersion === undefined ? {} : { maxVersion }) });
  await once(socket, 'secureConnect');
  return socket;
}

function place(): { paths: { tlsCertFile: string; tlsKeyFile: string }; put(identity: Partial<ServerIdentity>): void } {
  const directory = mkdtempSync(join(tmpdir(), 'tugwatch-tls-'));
  const paths = { tlsCertFile: join(directory, 'tls.crt'), tlsKeyFile: join(directory, 'tls.key') };
  return {
    paths,
    put({ cert, key }) {
      if (cert !== undefined) writeFileSync(paths.tlsCertFile, cert);
      if (key !== undefined) writeFileSync(paths.tlsKeyFile, key);
    },
  };
}

describe.skipIf(!canMakeCertificates())('HTTPS (skipped where there is no openssl)', () => {
  it('serves with the certificate of the files, from TLS 1.2 on, and with the new one when they rotate', async () => {
    const [old, renewed] = [makeIdentity('old'), makeIdentity('renewed')];
    const { paths, put } = place();
    put(old);
    const lines: string[] = [];
    const logger = createLogger({ format: 'json', destination: { write: (line) => lines.push(line) } });
    const web = createWebServer({
      snapshot: () => buildReport({ window: { from: T0, to: T0 }, conflicts: [], notices: [], risks: [] }),
      metrics: async () => [],
      health: { readiness: () => ({ ok: true, reasons: [] }), liveness: () => ({ ok: true, reasons: [] }) },
      logger,
      tls: readTlsFiles(paths),
    });
    const following = followTlsFiles(paths, logger, (material) => web.renewTls(material), 20);
    try {
      const address = await web.listen(0, '127.0.0.1');
      expect(address).toMatch(/^https:/);
      const port = Number(new URL(address).port);
      const first = await dial(port, old.ca);
      expect(first.getPeerCertificate().subject.CN).toBe('old');
      expect(['TLSv1.2', 'TLSv1.3']).toContain(first.getProtocol());
      await expect(dial(port, old.ca, 'TLSv1.1')).rejects.toThrow();

      // Only one of the two is there yet.
      put({ cert: renewed.cert });
      await eventually('it is said', () => lines.some((line) => line.includes('the certificate stays as it was')));
      (await dial(port, old.ca)).destroy();

      put({ key: renewed.key });
      await eventually('the new certificate', async () => {
        const socket = await dial(port, renewed.ca);
        const { CN } = socket.getPeerCertificate().subject;
        socket.destroy();
        return CN === 'renewed';
      });
      // Who was connected stays so.
      first.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
      const [answer] = await once(first, 'data');
      expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
      first.destroy();
      expect(lines.join('')).not.toContain('PRIVATE');
    } finally {
      following.close();
      await web.close();
    }
  });

  it('does not begin with files that do not belong together, and names them', () => {
    const { paths, put } = place();
    put({ cert: makeIdentity('one').cert, key: makeIdentity('other').key });
    expect(() => readTlsFiles(paths)).toThrow(
      /tls\.crt and \S+tls\.key are no certificate and key that belong together/,
    );
  });
});

describe('the files of a certificate', () => {
  it('are not wanted where none are set', () => {
    expect(readTlsFiles({ tlsCertFile: '', tlsKeyFile: '' })).toBe(null);
  });

  it('that are missing are named', () => {
    expect(() => readTlsFiles({ tlsCertFile: '/nowhere/tls.crt', tlsKeyFile: '/nowhere/tls.key' })).toThrow(
      'cannot read /nowhere/tls.crt (ENOENT): check the setting',
    );
  });
});
