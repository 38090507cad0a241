/** Scrapes, as Prometheus would. */
import { median } from './statistics.ts';

const SCRAPES = 9;

/** The median of several, in milliseconds to the last byte, and the text of the last one. */
export async function scrape(url: string): Promise<{ ms: number; text: string }> {
  const times: number[] = [];
  let text = '';
  for (let run = 0; run < SCRAPES; run += 1) {
    const began = performance.now();
    text = await (await fetch(url)).text();
    times.push(performance.now() - began);
  }
  return { ms: median(times), text };
}
