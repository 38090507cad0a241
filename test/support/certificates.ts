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

export interface Authority {
  readonly ca: string;
  /** PEM of a certificate that it signs; `subject` as openssl writes it: '/O=group/CN=user'. */
  readonly issue: (subject: string) => { readonly cert: string; readonly key: string };
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** False where the machine has no openssl. */
export function canMakeCertificates(): boolean {
  try {
    openssl('version');
    return true;
  } catch {
    return false;
  }
}

/** A server on 127.0.0.1 that vouches for itself; `name` tells one from the other. */
export function makeIdentity(name: string): ServerIdentity {
  const [key, cert] = [temporaryPath(`${name}.key`), temporaryPath(`${name}.crt`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  openssl('req', '-x509', ...CURVE, '-days', '2', '-keyout', key, '-out', cert, ...subject);
  const pem = readFileSync(cert, 'utf8');
  return { ca: pem, cert: pem, key: readFileSync(key, 'utf8') };
}

/** An authority that vouches for clients. */
export function makeAuthority(name: string): Authority {
  const [caKey, ca] = [temporaryPath(`${name}-ca.key`), temporaryPath(`${name}-ca.crt`)];
  openssl('req', '-x509', ...CURVE, '-days', '2', '-keyout', caKey, '-out', ca, '-subj', `/CN=${name}`);
  return {
    ca: readFileSync(ca, 'utf8'),
    issue(subject) {
      const [key, request, cert] = ['key', 'csr', 'crt'].map((end) => temporaryPath(`${name}-client.${end}`));
      openssl('req', '-new', ...CURVE, '-keyout', String(key), '-out', String(request), '-subj', subject);
      const signer = ['-CA', ca, '-CAkey', caKey, '-set_serial', String(Date.now())];
      openssl('x509', '-req', '-in', String(request), '-out', String(cert), '-days', '2', ...signer);
      return { cert: readFileSync(String(cert), 'utf8'), key: readFileSync(String(key), 'utf8') };
    },
  };
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}
