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
  let text = '';
  const before = process.cpuSeconds();
  for (let run = 0; run < SCRAPES; run += 1) {
    const began = performance.now();
    const bytes = await bytesOf(url);
    times.push(performance.now() - began);
    text = bytes.toString('utf8');
  }
  return { ms: median(times), cpuMs: ((process.cpuSeconds() - before) * 1000) / SCRAPES, text };
}

/** An answer as it came. `fetch` would take longer to make text of it than the daemon needs to write it. */
export async function bytesOf(url: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const { body } = await request(url);
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
