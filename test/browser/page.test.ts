/** The page as people have it: in Chromium, on phones and desks, in the dark and in the light, with and without script. */
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import { renderPicture } from '../../src/web/picture/standalone.ts';
import { renderIncidentReport } from '../../src/web/views/incident.ts';
import { BROWSER_START_MS, BROWSER_TEST_MS, launchChromium, noChromium, openPage } from '../support/browser.ts';
import { inputNaming } from '../support/hostile-report.ts';
import { fullReport, type PageServer, servePage } from '../support/page-server.ts';
import * as given from '../support/report-fixtures.ts';

/** Every page there is, with the file of an incident report. */
const PAGES = [
  '/',
  '/conflicts/7f3a1c9e2b40',
  '/conflicts/bbbbbbbbbbbb',
  '/conflicts/nothing',
  '/risks/TW101',
  '/workloads/shop/Deployment/search-07',
  'file',
] as const;

/** WCAG 2.5.8, and what a thumb needs on a phone. CSS pixels. */
const TARGET = 24;
const THUMB = 40;

describe.skipIf(noChromium)('the page in a browser', { timeout: BROWSER_TEST_MS }, () => {
  let browser: Browser;
  let full: PageServer;
  let quiet: PageServer;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    browser = await launchChromium();
    full = await servePage(fullReport());
    quiet = await servePage(fullReport({ conflicts: [] }));
    folder = await mkdtemp(join(tmpdir(), 'tugwatch-page-'));
    await writeFile(join(folder, 'incident.html'), renderIncidentReport(full.report));
    file = pathToFileURL(join(folder, 'incident.html')).href;
  }, BROWSER_START_MS);

  afterAll(async () => {
    await browser?.close();
    await full?.close();
    await quiet?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const urlOf = (path: string) => (path === 'file' ? file : `${full.address}${path}`);

  /** Opens every page, one after the other in one tab. */
  async function onEvery(
    options: BrowserContextOptions,
    look: (page: Page, path: string) => Promise<void>,
  ): Promise<void> {
    await using watched = await openPage(browser, 'about:blank', options);
    for (const path of PAGES) {
      await watched.page.goto(urlOf(path));
      await look(watched.page, path);
    }
    const expected = /404 \(Not Found\)/;
    expect(watched.complaints.filter((complaint) => !expected.test(complaint))).toEqual([]);
    for (const url of watched.requests)
      expect(
        [full.address, 'about:', 'file:'].some((own) => url.startsWith(own)),
        url,
      ).toBe(true);
  }

  it.each([320, 390, 1280])('fits a screen %i wide, with targets that can be hit', async (width) => {
    // Links within a sentence are as high as its line; the skip link shows only while it has the focus.
    const targets = `[...document.querySelectorAll('a, button, summary')].filter((one) => !one.matches('.skip, p > a:not(.more)'))`;
    const shown = `${targets}.map((one) => ({ name: one.textContent.trim(), height: one.getBoundingClientRect().height,
      isButton: one.matches('button, .button') })).filter(({ height }) => height > 0)`;
    await onEvery({ viewport: { width, height: 844 } }, async (page, path) => {
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(width);
      const all = await page.evaluate<{ name: string; height: number; isButton: boolean }[]>(shown);
      const small = all.filter(({ height, isButton }) => height < (isButton && width < 640 ? THUMB : TARGET));
      expect(small, path).toEqual([]);
      if (path !== 'file') expect(all.length, path).toBeGreaterThan(3);
    });
  });

  it.each([
    ['light', ''],
    // All that the dark can change.
    ['dark', ', runOnly: ["color-contrast"]'],
  ] as const)('has nothing that axe finds, %s', async (colorScheme, only) => {
    await onEvery({ colorScheme, viewport: { width: 390, height: 844 } }, async (page, path) => {
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>(`axe.run({ resultTypes: ["violations"]${only} })`);
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
      );
      expect(found, path).toEqual([]);
    });
  });

  it('reads without script, all but the copy buttons', async () => {
    await onEvery({ javaScriptEnabled: false }, async (page, path) => {
      expect(await page.locator('h1').isVisible(), path).toBe(true);
      expect(await page.locator('button:visible').count(), path).toBe(0);
    });
    await using watched = await openPage(browser, `${full.address}/conflicts/7f3a1c9e2b40`, {
      javaScriptEnabled: false,
    });
    const { page } = watched;
    expect(await page.getByRole('cell', { name: '05:46:58.741' }).isVisible()).toBe(true);
    for (const text of ['hpa/web', 'kubectl patch applications.argoproj.io web', 'RespectIgnoreDifferences=true'])
      expect(await page.getByText(text).first().isVisible(), text).toBe(true);
    expect(await page.locator('svg.wide').first().isVisible()).toBe(true);
    // What is folded on the overview unfolds without script, too.
    await page.goto(`${full.address}/`);
    await page.locator('summary', { hasText: 'First step' }).first().click();
    expect(await page.locator('#conflict-7f3a1c9e2b40-0-0').isVisible()).toBe(true);
  });

  it('can be walked with the keyboard, with the focus in sight all the way', async () => {
    await using watched = await openPage(browser, `${full.address}/`, { viewport: { width: 390, height: 844 } });
    const { page } = watched;
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content');
    expect((await page.locator(':focus').boundingBox())?.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const walked: string[] = [];
    for (let step = 0; step < 300; step += 1) {
      const at = await page.evaluate<{ name: string; seen: boolean; ring: boolean }>(`(() => {
        const element = document.activeElement;
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        const edge = element.closest('main') ? document.querySelector('header').getBoundingClientRect().bottom : 0;
        return {
          name: element.tagName + ' ' + (element.id || element.textContent.trim().slice(0, 40)),
          seen: box.bottom > edge && box.top < innerHeight,
          ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        };
      })()`);
      walked.push(at.name);
      expect(at, `${step}`).toMatchObject({ seen: true, ring: true });
      if (at.name === 'A Metrics') break;
      await page.keyboard.press('Tab');
    }
    expect(walked[0]).toBe('A Deployment shop/web');
    expect(walked.at(-1)).toBe('A Metrics');
    const reachable = await page.locator('main :is(a, button, summary, pre, [tabindex="0"]):visible').count();
    expect(reachable).toBeGreaterThan(10);
    expect(walked.length).toBeGreaterThanOrEqual(reachable);
  });

  it('shows peace with what was watched, and where risks are', async () => {
    await using watched = await openPage(browser, `${quiet.address}/`, { viewport: { width: 390, height: 844 } });
    const { page } = watched;
    expect(await page.locator('h1').innerText()).toBe('No fight');
    const sentence = '1,204 workloads, 310 Applications and 88 autoscalers watched, last audit 2 min ago, risks: 59';
    expect(await page.getByText(sentence).isVisible()).toBe(true);
    await page.getByRole('link', { name: '59 risks' }).click();
    const heading = await page.locator('#risks-title').boundingBox();
    const header = await page.locator('header').boundingBox();
    expect(heading?.y).toBeGreaterThanOrEqual((header?.height ?? 0) - 1);
    await page.getByRole('link', { name: 'All 60 workloads with TW101' }).click();
    await page.getByRole('link', { name: 'Next' }).click();
    expect(await page.getByText('search-59').first().isVisible()).toBe(true);
    expect(watched.complaints).toEqual([]);
  });

  it.each([
    ['markup, escapes and turned writing', given.HOSTILE],
    ['the longest names', 'x'.repeat(253)],
    ['right-to-left letters', 'שלום-עולם-'.repeat(20)],
  ])('survives %s in every name', async (_, name) => {
    await using server = await servePage(inputNaming(name));
    const id = server.report.conflicts[0]?.id ?? '';
    const page404 = /404 \(Not Found\)/;
    await using watched = await openPage(browser, `${server.address}/`, { viewport: { width: 320, height: 844 } });
    for (const path of ['/', `/conflicts/${encodeURIComponent(id)}`]) {
      await watched.page.goto(`${server.address}${path}`);
      expect(await watched.page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(320);
      expect(await watched.page.locator('main script, main style, main iframe').count()).toBe(0);
      expect(await watched.page.locator('h2').first().isVisible()).toBe(true);
    }
    await watched.page.setContent(renderIncidentReport(server.report));
    expect(await watched.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    expect(watched.complaints.filter((complaint) => !page404.test(complaint))).toEqual([]);
  });

  it('draws pictures that stand alone, with every word inside and none on another', async () => {
    await using watched = await openPage(browser, 'about:blank');
    const { page } = watched;
    const drawn = [full, quiet].flatMap(({ report }) => report.conflicts);
    const evil = buildReport(inputNaming(`${given.HOSTILE}${'x'.repeat(200)}`)).conflicts;
    const files = globSync('docs/pictures/*.svg').map((path) => readFileSync(path, 'utf8'));
    const pictures = [...drawn, ...evil].map((conflict) => renderPicture(conflict, full.report.window.to) ?? '');
    expect(files.length).toBeGreaterThan(2);
    for (const [index, picture] of [...files, ...pictures].entries()) {
      const path = join(folder, `${index}.svg`);
      await writeFile(path, picture);
      await page.goto(pathToFileURL(path).href);
      const words = await page.evaluate<{ text: string; left: number; right: number; top: number; bottom: number }[]>(
        `[...document.documentElement.querySelectorAll('text')].map((one) => {
          const { left, right, top, bottom } = one.getBoundingClientRect();
          return { text: one.textContent, left, right, top: top + 3, bottom: bottom - 3 };
        })`,
      );
      expect(words.length, path).toBeGreaterThan(3);
      for (const word of words) {
        expect(word.left, word.text).toBeGreaterThanOrEqual(0);
        expect(word.right, word.text).toBeLessThanOrEqual(760);
        const hit = words.find(
          (other) =>
            other !== word &&
            other.left < word.right &&
            word.left < other.right &&
            other.top < word.bottom &&
            word.top < other.bottom,
        );
        expect(hit?.text, word.text).toBeUndefined();
      }
    }
    expect(watched.complaints).toEqual([]);
  });
});
