/**
 * Bounds what clients can hold. Beyond the limit the connection that has been waiting longest without an answer under
 * way makes room for the new one: whoever opens many and says nothing must not keep the kubelet's probes out. A client
 * that takes its answer too slowly is let go, since the answer is kept in memory until it is taken.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Most connections at a time. */
  readonly most: number;
  /** Milliseconds in which an answer must have been taken. */
  readonly responseTimeout: number;
  /** Milliseconds between two looks for answers that were not. */
  readonly checkEvery: number;
}

export interface ConnectionDrops {
  /** Closed to make room, or turned away because every other one was being answered. */
  connections: number;
  /** Answers that their client did not take in time. */
  responses: number;
}

interface Known {
  readonly socket: Socket;
  /** Answers under way. */
  answering: number;
}

export class Connections {
  readonly drops: ConnectionDrops = { connections: 0, responses: 0 };
  readonly #limits: ConnectionLimits;
  readonly #monotonic: () => number;
  readonly #isStream: (request: IncomingMessage) => boolean;
  /** By the client's address, the longest idle first. With TLS a request names another socket than the connection. */
  readonly #known = new Map<string, Known>();
  readonly #answers = new Map<ServerResponse, number>();
  #timer: ReturnType<typeof setInterval> | null = null;

  /** `isStream`: its answer is meant never to end. */
  constructor(
    limits: ConnectionLimits,
    isStream: (request: IncomingMessage) => boolean,
    monotonic = () => performance.now(),
  ) {
    this.#limits = limits;
    this.#isStream = isStream;
    this.#monotonic = monotonic;
  }

  /** To be called once, before the server listens. */
  guard(server: Server): void {
    server.on('connection', (socket) => this.#admit(socket));
    server.on('request', (request, response) => this.#follow(request, response));
    this.#timer = setInterval(() => this.check(), this.#limits.checkEvery).unref();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Lets go of those that do not take their answer. */
  check(): void {
    const latest = this.#monotonic() - this.#limits.responseTimeout;
    for (const [response, begunAt] of this.#answers) {
      if (begunAt > latest) continue;
      this.#answers.delete(response);
      this.drops.responses += 1;
      response.destroy();
    }
  }

  #admit(socket: Socket): void {
    const key = keyOf(socket);
    if (this.#known.size >= this.#limits.most) {
      this.drops.connections += 1;
      const idle = [...this.#known].find(([, { answering }]) => answering === 0);
      if (idle === undefined) {
        socket.destroy();
        return;
      }
      const [longest, { socket: oldest }] = idle;
      this.#known.delete(longest);
      oldest.destroy();
    }
    const known = { socket, answering: 0 };
    this.#known.set(key, known);
    socket.once('close', () => {
      // The address may be another connection's by now.
      if (this.#known.get(key) === known) this.#known.delete(key);
    });
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    const key = keyOf(request.socket);
    const known = this.#known.get(key);
    if (known !== undefined) known.answering += 1;
    if (!this.#isStream(request)) this.#answers.set(response, this.#monotonic());
    response.once('close', () => {
      this.#answers.delete(response);
      if (known === undefined) return;
      known.answering -= 1;
      if (this.#known.get(key) !== known) return;
      // From here on it is idle anew, and the last to go.
      this.#known.delete(key);
      this.#known.set(key, known);
    });
  }
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
