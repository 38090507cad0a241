/** What a running daemon says: its report over HTTP, with a token and an authority where the daemon wants them. */
import { readFile } from 'node:fs/promises';
import { bearerToken } from '../kubernetes/client.ts';
import { errorOfThrown } from '../kubernetes/errors.ts';
import { type Report, reportSchema } from '../report/schema.ts';
import { visible } from '../report/visible.ts';
import { type ClusterFlags, choiceOf } from './connect.ts';
import type { CommandIo } from './io.ts';
import { UsageError } from './usage-error.ts';

export interface DaemonFlags extends ClusterFlags {
  /** Where the daemon is; undefined: none is asked. */
  readonly server?: string;
  /** A file with the bearer token to send. */
  readonly tokenFile?: string;
  /** Send the token that kubectl would send. */
  readonly kubeToken?: boolean;
  /** A PEM file of those who may vouch for the daemon; those that Node trusts when absent. */
  readonly certificateAuthority?: string;
}

const ANSWER_WITHIN_MS = 10_000;
/** Most of a refusal's sentence that is repeated. */
const MOST_SAID = 300;

/** Files are read anew each time: tokens rotate. @throws UsageError when no daemon answers there, or refuses */
export async function reportFromDaemon(server: string, flags: DaemonFlags, io: CommandIo): Promise<Report> {
  const url = `${server.replace(/\/+$/, '')}/api/v1/report`;
  const token = await tokenOf(url, flags, io);
  const headers = { accept: 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  let answer: Response;
  try {
    answer = await get(url, headers, flags, AbortSignal.any([io.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    const failure = errorOfThrown(error, server);
    if (failure.kind === 'network' && failure.untrusted === true)
      throw new UsageError(
        `Nobody known vouches for the certificate of ${server}: name the PEM file of its authority with --certificate-authority.`,
      );
    throw new UsageError(
      `No tugwatch answers at ${url} (${cause}): check --server, or leave it out to look at the cluster itself.`,
    );
  }
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw new UsageError(refusal(url, answer.status, body, flags));
  const parsed = reportSchema.safeParse(body);
  if (!parsed.success) throw new UsageError(`${url} gives no report of Tugwatch: is that a tugwatch daemon?`);
  return parsed.data;
}

/** Without --server none of the flags about a daemon makes sense. @throws UsageError */
export function checkDaemonFlags(flags: DaemonFlags): void {
  if (flags.tokenFile !== undefined && flags.kubeToken === true)
    throw new UsageError('--token-file and --kube-token name two tokens: use one of them.');
  if (flags.server !== undefined) return;
  for (const [flag, value] of [
    ['--token-file', flags.tokenFile],
    ['--kube-token', flags.kubeToken],
    ['--certificate-authority', flags.certificateAuthority],
  ])
    if (value !== undefined)
      throw new UsageError(`${flag} goes with --server: without a daemon the kubeconfig says it.`);
}

async function tokenOf(url: string, flags: DaemonFlags, io: CommandIo): Promise<string | null> {
  if (flags.tokenFile !== undefined) return oneWord(await contentOf(flags.tokenFile, '--token-file'), flags.tokenFile);
  if (flags.kubeToken !== true) return null;
  // It opens the cluster, not the page alone: whoever listens on the way must not have it.
  if (!isPrivate(url))
    throw new UsageError(
      '--kube-token goes over HTTPS or to this machine only: use https://, kubectl port-forward, or --token-file with a token made for this.',
    );
  const token = await bearerToken(choiceOf(flags), io.env);
  if (token !== null) return token;
  throw new UsageError(
    '--kube-token: the kubeconfig proves who you are without a token; make one with kubectl create token, and name its file with --token-file.',
  );
}

function oneWord(text: string, file: string): string {
  const token = text.trim();
  if (/^[\w.~+/=-]+$/.test(token)) return token;
  throw new UsageError(`--token-file ${file} ${token === '' ? 'is empty' : 'holds more than one token'}.`);
}

async function contentOf(file: string, flag: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${flag} ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'}).`);
  }
}

async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  { certificateAuthority }: DaemonFlags,
  signal: AbortSignal,
): Promise<Response> {
  if (certificateAuthority === undefined) return fetch(url, { headers, signal });
  const ca = await contentOf(certificateAuthority, '--certificate-authority');
  const { Agent, fetch: fetchWith } = await import('undici');
  const dispatcher = new Agent({ connect: { ca } });
  try {
    const answer = await fetchWith(url, { headers, signal, dispatcher });
    // Read whole before the connection goes.
    return new Response(await answer.text(), { status: answer.status });
  } finally {
    await dispatcher.destroy();
  }
}

/** A daemon refuses in one sentence (src/web/problem.ts); whatever else answers there does not. */
function refusal(url: string, status: number, body: unknown, flags: DaemonFlags): string {
  const said = typeof body === 'object' && body !== null ? Reflect.get(body, 'message') : undefined;
  if (typeof said !== 'string') return `${url} answers ${status}: is that a tugwatch daemon?`;
  const sent = flags.tokenFile !== undefined || flags.kubeToken === true;
  if (status === 401 && !sent)
    return `${url} wants to know who asks: send a token with --token-file FILE, or that of your kubeconfig with --kube-token.`;
  return `${url} answers ${status}: ${visible(said).slice(0, MOST_SAID)}`;
}

function isPrivate(url: string): boolean {
  const { protocol = '', hostname = '' } = URL.canParse(url) ? new URL(url) : {};
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
