/** Stands between a client and an API server, and spoils what comes back, by a seed, until it is told to stop. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomOf } from './random.ts';

export interface GarblingProxy extends AsyncDisposable {
  readonly url: string;
  /** How often something was spoilt, by what was done. */
  readonly done: ReadonlyMap<string, number>;
  /** From now on everything is passed on as it is. */
  heal(): void;
}

/** What is put between two lines of a watch; none of it is a version of an object that is there. */
const STRAY_LINES = [
  '{]',
  'null',
  '[]',
  '"text"',
  '{}',
  '{"type":"MODIFIED"}',
  '{"type":"ADDED","object":null}',
  '{"type":"GREETING","object":{"metadata":{"name":"x"}}}',
  '{"type":"ERROR","object":{}}',
  '{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcdserver: leader changed"}}',
  '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}',
  '{"type":"ADDED","object":{"metadata":{"name":["a"],"namespace":7}}}',
  '{"type":"DELETED","object":{"metadata":{"name":"never-seen","namespace":"shop","uid":"u"}}}',
  '{"type":"BOOKMARK","object":{"metadata":{}}}',
  '{"type":"MODIFIED","object":{"metadata":{"name":"odd","namespace":"shop","uid":"o","annotations":7,"managedFields":[null,{"fieldsV1":[]}]},"spec":"x","status":[1]}}',
  `{"type":"ADDED","object":{"metadata":{"name":"deep","namespace":"shop","uid":"d"},"spec":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}}`,
];

const ANSWERS: readonly (readonly [name: string, status: number, type: string, body: string])[] = [
  ['500', 500, 'application/json', '{"kind":"Status","code":500,"message":"etcdserver: request timed out"}'],
  ['429', 429, 'application/json', '{"kind":"Status","code":429,"details":{"retryAfterSeconds":1}}'],
  ['html', 200, 'text/html', '<html>Please log in</html>'],
  ['no-list', 200, 'application/json', '{"hello":"world"}'],
  ['half', 200, 'application/json', '{"kind":"List","metadata":{"resourceVersion":"9"},"items":[{"metadata"'],
];

export async function startGarblingProxy(target: string, seed: number, share: number): Promise<GarblingProxy> {
  const random = randomOf(seed);
  const done = new Map<string, number>();
  let sound = false;
  const spoils = () => !sound && random() < share;
  const note = (what: string) => void done.set(what, (done.get(what) ?? 0) + 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

  const server = createServer((incoming, response) => {
    if (spoils()) {
      const [name, status, type, body] = pick(ANSWERS);
      note(name);
      response.writeHead(status, { 'content-type': type }).end(body);
      return;
    }
    forward(incoming, response, target, (chunk) => {
      if (!spoils()) return void response.write(chunk);
      if (random() < 0.4) {
        note('cut');
        response.write(chunk.subarray(0, Math.floor(chunk.length / 2)));
        response.destroy();
        return;
      }
      note('stray');
      response.write(chunk);
      response.write(`${pick(STRAY_LINES)}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    done,
    heal: () => {
      sound = true;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `pass` gets what comes of a watch, chunk by chunk; whatever else is answered goes through as it is. */
function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: string,
  pass: (chunk: Buffer) => void,
): void {
  const url = new URL(incoming.url ?? '/', target);
  const onward = request(
    url,
    { method: incoming.method, headers: { ...incoming.headers, host: url.host } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (!url.searchParams.has('watch')) return void answer.pipe(response);
      response.flushHeaders();
      answer.on('data', pass);
      answer.on('end', () => response.end());
      answer.on('error', () => response.destroy());
    },
  );
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  onward.end();
}
