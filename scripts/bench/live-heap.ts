/** What lives in the heap of another Node process, after a full collection, asked through its inspector. */
import { type Measured, pause } from './processes.ts';

/** Lets a process open its inspector at any free port when it is told to, and not before. */
export const INSPECTABLE = '--inspect-port=0';

const LOOKS = 4;
const BETWEEN_MS = 1_000;
const SAID = /Debugger listening on (ws:\S+)/;

/** Bytes. The process must have been started with INSPECTABLE; what it takes from here on is no figure any more. */
export async function liveHeapOf(measured: Measured): Promise<number> {
  process.kill(measured.pid, 'SIGUSR1');
  const url = await measured.until('its inspector listens', () => SAID.exec(measured.stderr)?.[1]);
  const socket = new WebSocket(url);
  try {
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true });
      socket.addEventListener('error', () => reject(new Error(`${url} cannot be reached`)), { once: true });
    });
    let least = Number.POSITIVE_INFINITY;
    // What the first leaves for finalizers is gone after the second, and work that is under way, such as an audit, holds more for a while.
    for (let look = 1; look <= LOOKS; look += 1) {
      await call(socket, 2 * look, 'HeapProfiler.collectGarbage');
      const { usedSize } = (await call(socket, 2 * look + 1, 'Runtime.getHeapUsage')) as { usedSize: number };
      least = Math.min(least, usedSize);
      await pause(BETWEEN_MS);
    }
    return least;
  } finally {
    socket.close();
  }
}

function call(socket: WebSocket, id: number, method: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const take = ({ data }: MessageEvent) => {
      const answer = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: { message: string } };
      if (answer.id !== id) return;
      socket.removeEventListener('message', take);
      if (answer.error === undefined) resolve(answer.result);
      else reject(new Error(`${method}: ${answer.error.message}`));
    };
    socket.addEventListener('message', take);
    socket.send(JSON.stringify({ id, method }));
  });
}
