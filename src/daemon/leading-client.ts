import type { WritingClient } from '../kubernetes/client.ts';
import type { Leadership } from './leadership.ts';

/** The same client for what only the leader may write: it reads as ever, and refuses to write while another may lead. */
export function leadingClient(client: WritingClient, leadership: Leadership): WritingClient {
  const permit = () => leadership.leads();
  return {
    server: client.server,
    cluster: client.cluster,
    user: client.user,
    get: (path, options) => client.get(path, options),
    stream: (path, options) => client.stream(path, options),
    send: (method, path, options) => client.send(method, path, { ...options, permit }),
    close: () => client.close(),
  };
}
