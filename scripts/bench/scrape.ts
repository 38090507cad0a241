/** Scrapes, as Prometheus would. */
import { request } from 'undici';
import type { Measured } from './processes.ts';
import { median } from './statistics.ts';

const SCRAPES = 15;

export interface Scraped {
  /** The median of several, in milliseconds to the last byte. */
  readonly ms: number;
  /** Of all threads of who answers, the collector of garbage among them, for each of them. */
  readonly cpuMs: number;
  /** Of the last one. */
  readonly text: string;
}

export async function scrape(url: string, { process }: { readonly process: Measured }): Promise<Scraped> {
  const times: number[] = [];
  let last: Uint8Array[] = [];
  const before = process.cpuSeconds();
  for (let run = 0; run < SCRAPES; run += 1) {
    const began = performance.now();
    last = await chunksOf(url);
    times.push(performance.now() - began);
  }
  const cpuMs = ((process.cpuSeconds() - before) * 1000) / SCRAPES;
  return { ms: median(times), cpuMs, text: Buffer.concat(last).toString('utf8') };
}

/** An answer as it came. `fetch` would take longer to make text of it than the daemon needs to write it. */
export async function bytesOf(url: string): Promise<Buffer> {
  return Buffer.concat(await chunksOf(url));
}

async function chunksOf(url: string): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const { body } = await request(url);
  for await (const chunk of body) chunks.push(chunk);
  return chunks;
}
