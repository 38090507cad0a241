/** A real browser for tests of the page: Chromium of the system, named by CHROMIUM_PATH or found on PATH. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function findChromium(): string | null {
  const named = process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates =
    named === undefined ? NAMES.flatMap((name) => folders.map((folder) => join(folder, name))) : [named];
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const PATH = findChromium();

export const noChromium = PATH === null;
if (noChromium)
  console.warn('No chromium on PATH and CHROMIUM_PATH names none: tests of the page in a browser are skipped.');

/** Starting takes seconds on a busy machine: for beforeAll. */
export const BROWSER_START_MS = 60_000;
/** For a test that opens several pages; a machine at ease needs a twentieth of it. */
export const BROWSER_TEST_MS = 120_000;

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH ?? '',
    timeout: BROWSER_START_MS,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage'],
    ],
  });
}

/** A page, and what it complained about: script errors, the console's errors and warnings, what the policy refused, dialogs. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: string[];
  /** Where it asked for anything. */
  readonly requests: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(BROWSER_START_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url, { waitUntil: 'load' });
  return { page, complaints, requests, [Symbol.asyncDispose]: () => context.close() };
}
