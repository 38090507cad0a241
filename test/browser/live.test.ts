/** What the script of the page does: updates in place while somebody reads, and copy buttons. */
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportInput } from '../../src/report/build-report.ts';
import { BROWSER_START_MS, BROWSER_TEST_MS, launchChromium, noChromium, openPage } from '../support/browser.ts';
import { eventually as soon } from '../support/eventually.ts';
import { fullReport, servePage } from '../support/page-server.ts';
import * as given from '../support/report-fixtures.ts';

/** With the time that a browser may need on a machine with much else to do. */
const eventually = <T>(what: string, ask: () => T | Promise<T>) => soon(what, ask, BROWSER_START_MS);

const remedy = given.aRemedy();
const PHONE = { viewport: { width: 390, height: 844 } };

/** The report with one more fight, before the others, and another that is over now. */
function later(): ReportInput {
  const before = fullReport();
  const fresh = given.aConflict({
    id: 'aaaaaaaaaaaa',
    workload: { ...given.WEB, name: 'cart' },
    startedAt: given.T0 - 2_000,
  });
  return {
    ...before,
    conflicts: [
      { conflict: fresh, remedy },
      ...before.conflicts.map(({ conflict }) =>
        conflict.id === 'cccccccccccc'
          ? {
              conflict: {
                ...conflict,
                ...{ state: 'resolved', activity: 'over', resolution: 'quiet', resolvedAt: given.T0 + 250_000 },
              } as typeof conflict,
              remedy,
            }
          : { conflict, remedy },
      ),
    ],
  };
}

describe.skipIf(noChromium)('the script of the page', { timeout: BROWSER_TEST_MS }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, BROWSER_START_MS);
  afterAll(async () => browser?.close());

  it('takes over what is new without taking focus, place or what is unfolded', async () => {
    await using server = await servePage(fullReport());
    await using watched = await openPage(browser, `${server.address}/`, PHONE);
    const { page } = watched;
    const card = page.locator('#conflict-bbbbbbbbbbbb');
    await card.locator('summary').click();
    const link = card.locator('h2 a');
    await link.focus();
    await page.evaluate(
      'scrollTo({ top: document.getElementById("conflict-bbbbbbbbbbbb").offsetTop - 100, behavior: "instant" })',
    );
    const before = (await link.boundingBox())?.y ?? 0;
    expect(await page.locator('#announce').innerText()).toBe('');

    server.tell(later());
    await eventually('the new fight on the page', () => page.locator('#conflict-aaaaaaaaaaaa').isVisible());
    expect(await page.title()).toBe('3 fights now · Tugwatch');
    expect(await page.locator('h1').innerText()).toBe('3 fights now');
    const said = await page.locator('#announce').textContent();
    expect(said).toBe('3 fights now. Deployment shop/cart: conflict confirmed. Deployment shop/web: conflict resolved');
    expect(await card.locator('h2 a:focus').count()).toBe(1);
    expect(await card.locator('details[open]').count()).toBe(1);
    expect(Math.abs(((await link.boundingBox())?.y ?? 0) - before)).toBeLessThanOrEqual(1);
    expect(await card.locator('button:visible').count()).toBeGreaterThan(0);
    // In the order of the report, and each once.
    const order = await page.evaluate(
      '[...document.querySelectorAll("main > [data-key]")].map(({ dataset }) => dataset.key)',
    );
    const fresh = await (await fetch(`${server.address}/`)).text();
    expect(order).toEqual(
      [...fresh.matchAll(/<(?:article|section|div)[^>]* data-key="([^"]*)"/g)].map(([, key]) => key),
    );
    expect(watched.complaints).toEqual([]);
  });

  it('waits with what is new while somebody selects', async () => {
    await using server = await servePage(fullReport());
    await using watched = await openPage(browser, `${server.address}/`, PHONE);
    const { page } = watched;
    await page.evaluate(`
      window.told = 0;
      new EventSource('/events').onmessage = () => { window.told += 1; };
      getSelection().selectAllChildren(document.querySelector('.verdict'));
    `);
    await eventually('the stream', async () => (await page.evaluate<number>('window.told')) === 1);
    const selected = await page.evaluate<string>('getSelection().toString()');
    expect(selected).not.toBe('');
    server.tell(later());
    await eventually('word of the change', async () => (await page.evaluate<number>('window.told')) === 2);
    expect(await page.locator('#conflict-aaaaaaaaaaaa').count()).toBe(0);
    expect(await page.evaluate('getSelection().toString()')).toBe(selected);
    await page.evaluate('getSelection().removeAllRanges()');
    await eventually('the new fight on the page', () => page.locator('#conflict-aaaaaaaaaaaa').isVisible());
  });

  it('says that it is old when nobody answers any more', async () => {
    await using server = await servePage(fullReport());
    await using watched = await openPage(browser, 'about:blank', PHONE);
    const { page } = watched;
    await page.clock.install();
    await page.goto(`${server.address}/`);
    await server.close();
    await eventually('the warning', async () => {
      await page.clock.runFor(10_000);
      return (await page.locator('#live').innerText()).startsWith('No answer since');
    });
    expect(await page.locator('#announce').textContent()).toContain('this page is old');
  });

  it('follows the end of a fight on its own page, and gives its report to keep', async () => {
    await using server = await servePage(fullReport());
    await using watched = await openPage(browser, `${server.address}/conflicts/cccccccccccc`, PHONE);
    const { page } = watched;
    expect(await page.locator('h1').innerText()).toBe('web: conflict suspected');
    server.tell(later());
    await eventually('the end', async () => (await page.locator('h1').innerText()) === 'web: conflict resolved');
    expect(await page.locator('article .badge').first().innerText()).toMatch(/resolved/i);
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download incident report' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe('tugwatch-shop-web-cccccccccccc.html');
    expect(await readFile(await download.path(), 'utf8')).toContain('Tugwatch called it over');
    expect(watched.complaints).toEqual([]);
  });

  it('copies the very command', async () => {
    await using server = await servePage(fullReport());
    const command = remedy.steps[0]?.commands[0] ?? '';
    await using watched = await openPage(browser, `${server.address}/conflicts/7f3a1c9e2b40`, {
      ...PHONE,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const { page } = watched;
    await page.bringToFront();
    const button = page.locator('#conflict-7f3a1c9e2b40-0-0-copy');
    await button.click();
    await eventually(
      'the command in the clipboard',
      async () => (await page.evaluate('navigator.clipboard.readText()')) === command,
    );
    expect(await page.locator('#announce').textContent()).toBe('Copied');
    const yaml = page.locator('#conflict-7f3a1c9e2b40-1-yaml-copy');
    await yaml.click();
    await eventually(
      'the YAML in the clipboard',
      async () => (await page.evaluate('navigator.clipboard.readText()')) === remedy.steps[1]?.yaml?.trimEnd(),
    );
    expect(watched.complaints).toEqual([]);
  });

  it('copies where the browser grants no clipboard, as without HTTPS', async () => {
    await using server = await servePage(fullReport());
    await using watched = await openPage(browser, 'about:blank', PHONE);
    const { page } = watched;
    await page.addInitScript(`
      Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });
      document.addEventListener('copy', () => { window.copied = getSelection().toString(); });
    `);
    await page.goto(`${server.address}/conflicts/7f3a1c9e2b40`);
    await page.locator('#conflict-7f3a1c9e2b40-0-0-copy').click();
    const copied = await eventually('something copied', () => page.evaluate<string>('window.copied'));
    expect(copied.trim()).toBe(remedy.steps[0]?.commands[0]);
  });
});
