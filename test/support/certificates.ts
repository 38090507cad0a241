/** Certificates made on the spot by the openssl of the machine: none is kept in the repository, so none can expire. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { temporaryPath } from './kubeconfigs.ts';

export interface ServerIdentity {
  /** PEM of the authority that signed it, to be trusted by a client. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** False where the machine has no openssl. */
export function canMakeCertificates(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A server on 127.0.0.1 that vouches for itself; `name` tells one from the other. */
export function makeIdentity(name: string): ServerIdentity {
  const [key, cert] = [temporaryPath(`${name}.key`), temporaryPath(`${name}.crt`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const args = ['req', '-x509', ...curve, '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject];
  execFileSync('openssl', args, { stdio: 'ignore' });
  const pem = readFileSync(cert, 'utf8');
  return { ca: pem, cert: pem, key: readFileSync(key, 'utf8') };
}
