/** What lives in the heap of another Node process, after a full collection, asked through its inspector. */
import type { Measured } from './processes.ts';

/** Lets a process open its inspector at any free port when it is told to, and not before. */
export const INSPECTABLE = '--inspect-port=0';

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
    // Twice: what the first leaves for finalizers is gone after the second.
    await call(socket, 1, 'HeapProfiler.collectGarbage');
    await call(socket, 2, 'HeapProfiler.collectGarbage');
    const { usedSize } = (await call(socket, 3, 'Runtime.getHeapUsage')) as { usedSize: number };
    return usedSize;
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
