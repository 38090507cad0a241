/** One question at the terminal. */
import type { CommandIo } from './io.ts';

/** True for y or yes; anything else, the end of the input and Ctrl-C are no. */
export async function askYes(question: string, io: CommandIo): Promise<boolean> {
  io.stderr.write(`${question} [y/N] `);
  const { promise: interrupted, resolve } = Promise.withResolvers<string>();
  const interrupt = () => resolve('');
  io.signal.addEventListener('abort', interrupt, { once: true });
  if (io.signal.aborted) interrupt();
  try {
    const line = readLine(io.stdin);
    line.catch(() => {});
    const answer = await Promise.race([line, interrupted]);
    if (answer === '') io.stderr.write('\n');
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    io.signal.removeEventListener('abort', interrupt);
    io.stdin.destroy?.();
  }
}

async function readLine(input: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of input) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  return text;
}
