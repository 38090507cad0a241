/** The certificate the daemon serves with, read from files and followed when they rotate. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { FileWatch } from '../config/file-watch.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { TlsMaterial } from '../web/listener.ts';

/** cert-manager and the kubelet take minutes; nobody waits for this. */
const LOOK_EVERY_MS = 5_000;

export interface TlsPaths {
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
}

/** null where TLS is off. @throws Error with a sentence that names the file */
export function readTlsFiles({ tlsCertFile, tlsKeyFile }: TlsPaths): TlsMaterial | null {
  if (tlsCertFile === '' && tlsKeyFile === '') return null;
  const material = { cert: read(tlsCertFile), key: read(tlsKeyFile) };
  try {
    createSecureContext(material);
  } catch (error) {
    // OpenSSL's words name a routine and a reason, never what the files hold.
    const reason = (error as NodeJS.ErrnoException).code ?? 'not understood';
    throw new Error(
      `${tlsCertFile} and ${tlsKeyFile} are no certificate and key that belong together (${reason}): check both files`,
    );
  }
  return material;
}

/** Calls `renew` with what the files hold after each change; files that do not fit change nothing, and are told of. */
export function followTlsFiles(
  paths: TlsPaths,
  logger: Logger,
  renew: (material: TlsMaterial) => void,
  everyMs = LOOK_EVERY_MS,
): { close(): void } {
  let current = '';
  const reload = () => {
    try {
      const material = readTlsFiles(paths);
      if (material === null || material.cert === current) return;
      const isFirst = current === '';
      current = material.cert;
      renew(material);
      if (!isFirst) logger.info({ event: 'tls' }, `serving with the certificate that is in ${paths.tlsCertFile} now`);
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      logger.error({ event: 'tls' }, `the certificate stays as it was: ${sentence}`);
    }
  };
  // Either may be written first; with only one of them new they do not fit, and the other's change comes after.
  const watches = [paths.tlsCertFile, paths.tlsKeyFile].map((path) => new FileWatch(path, reload));
  for (const watch of watches) watch.start(everyMs);
  return {
    close() {
      for (const watch of watches) watch.close();
    },
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(
      `cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'unreadable'}): check the setting`,
    );
  }
}
