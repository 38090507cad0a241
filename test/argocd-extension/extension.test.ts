/** The panel in Argo CD's page: a page that offers Argo CD's API, with its React, its proxy, and a real daemon behind. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ApiCluster,
  stageTextbook,
  startApiCluster,
  type WatchedCluster,
  watchCluster,
} from '../support/api-cluster.ts';
import { BROWSER_START_MS, BROWSER_TEST_MS, launchChromium, noChromium, openPage } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { fullReport, servePage } from '../support/page-server.ts';
import * as given from '../support/report-fixtures.ts';
import { type ArgoCdServer, startArgoCdServer } from './argocd-server.ts';

const WAIT = 60_000;
const WEB_APP = { metadata: { name: 'web', namespace: 'argocd' }, spec: { project: 'default' } };
const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } };
const APPLICATIONS = { 'argocd:web': 'default', 'argocd:quiet': 'default' };

function show(page: Page, application: object, resource: object | null = null): Promise<unknown> {
  return page.evaluate(`show(${JSON.stringify(application)}, ${JSON.stringify(resource)}) && null`);
}

const text = (page: Page, selector: string) =>
  eventually(
    selector,
    async () => (await page.locator(selector).count()) > 0 && page.locator(selector).innerText(),
    WAIT,
  );

describe.skipIf(noChromium)('the extension in Argo CD', { timeout: BROWSER_TEST_MS }, () => {
  let browser: Browser;
  let rig: ApiCluster;
  let watched: WatchedCluster;
  let argocd: ArgoCdServer;
  beforeAll(async () => {
    browser = await launchChromium();
    rig = await startApiCluster();
    stageTextbook(rig);
    watched = await watchCluster(rig);
    await watched.pass(20, () => watched.daemon.report().conflicts.some(({ state }) => state === 'confirmed'));
    argocd = await startArgoCdServer({
      tugwatch: watched.daemon.address.replace(/\/$/, ''),
      applications: APPLICATIONS,
    });
  }, BROWSER_START_MS + 60_000);
  afterAll(async () => {
    await argocd?.[Symbol.asyncDispose]();
    await watched?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
    await browser?.close();
  });

  it('registers a tab on each kind of workload and one item of the status panel', async () => {
    await using opened = await openPage(browser, argocd.address);
    const registered = await opened.page.evaluate(
      '[registered.tabs.map(({ group, kind, title, icon }) => [group, kind, title, icon].join(" ")), registered.status.map(({ title, id }) => [id, title].join(" "))]',
    );
    expect(registered).toEqual([
      ['apps Deployment', 'apps StatefulSet', 'argoproj.io Rollout'].map(
        (kind) => `${kind} Conflicts fa-people-pulling`,
      ),
      ['tugwatch Conflict'],
    ]);
    expect(opened.complaints).toEqual([]);
  });

  it('says in the status panel who fights, and more in the flyout that it opens', async () => {
    await using opened = await openPage(browser, argocd.address);
    const { page } = opened;
    await show(page, WEB_APP);
    const item = await text(page, '[data-tugwatch=status]');
    expect(item).toContain('CONFLICT');
    expect(item).toContain('HPA web against self-heal');
    expect(item).toContain('over /spec/replicas of Deployment shop/web');
    await page.locator('[data-tugwatch=status] button').click();
    const details = await text(page, '#flyout [data-conflict]');
    expect(details).toContain('CONFIRMED: HPA web against self-heal');
    expect(opened.complaints).toEqual([]);
  });

  it('explains a workload in its tab: verdict, writes, remedy with commands', async () => {
    await using opened = await openPage(browser, argocd.address);
    const { page } = opened;
    await show(page, WEB_APP, WEB);
    const tab = await text(page, '#tab [data-conflict]');
    expect(tab).toContain('CONFIRMED: HPA web against self-heal');
    expect(tab).toContain('How to end it');
    expect(await page.locator('#tab tbody tr').count()).toBeGreaterThan(1);
    expect(await page.locator('#tab pre').first().innerText()).toContain(
      'kubectl patch applications.argoproj.io/web -n argocd',
    );
    expect(opened.complaints).toEqual([]);
  });

  it('asks with the headers that the proxy checks, and nothing else anywhere', async () => {
    await using opened = await openPage(browser, argocd.address);
    await show(opened.page, WEB_APP, WEB);
    await text(opened.page, '#tab [data-conflict]');
    const { path, headers } = argocd.asked.at(-1) ?? { path: '', headers: {} };
    expect(path).toBe('/extensions/tugwatch/api/v1/report');
    expect(headers).toMatchObject({ 'argocd-application-name': 'argocd:web', 'argocd-project-name': 'default' });
    expect(opened.requests.filter((url) => !url.startsWith(argocd.address))).toEqual([]);
  });

  it('stays out of the status panel where nothing fights, and says so in the tab', async () => {
    await using opened = await openPage(browser, argocd.address);
    const { page } = opened;
    const quiet = { ...WEB_APP, metadata: { name: 'quiet', namespace: 'argocd' } };
    await show(page, quiet, { ...WEB, metadata: { name: 'quiet', namespace: 'shop' } });
    expect(await text(page, '#tab p')).toBe('Nothing fights over Deployment quiet.');
    expect(await page.locator('[data-tugwatch=status]').count()).toBe(0);
  });

  it('follows Argo CD below a path of its own', async () => {
    await using below = await startArgoCdServer({
      tugwatch: watched.daemon.address.replace(/\/$/, ''),
      base: '/argo/cd/',
      applications: APPLICATIONS,
    });
    await using opened = await openPage(browser, below.address);
    await show(opened.page, WEB_APP);
    expect(await text(opened.page, '[data-tugwatch=status]')).toContain('HPA web against self-heal');
  });

  it.each<[string, Partial<Parameters<typeof startArgoCdServer>[0]>, RegExp]>([
    ['is switched off', { tugwatch: null }, /see server\.enable\.proxy\.extension/],
    ['does not let the user', { applications: {} }, /RBAC policy must allow extensions, invoke, tugwatch/],
    ['finds no Tugwatch', { tugwatch: 'http://127.0.0.1:9' }, /cannot be reached from Argo CD \(502\)/],
  ])('says what to do where the proxy %s', async (_, changes, sentence) => {
    await using broken = await startArgoCdServer({
      tugwatch: watched.daemon.address,
      applications: APPLICATIONS,
      ...changes,
    });
    await using opened = await openPage(browser, broken.address);
    await show(opened.page, WEB_APP, WEB);
    expect(await text(opened.page, '#tab [role=alert]')).toMatch(sentence);
    expect(await text(opened.page, '[data-tugwatch=status]')).toContain('unknown: ');
  });

  it('asks again while it is shown, and stops when it is not', async () => {
    const fight = { conflict: given.aConflict(), remedy: given.aRemedy() };
    await using tugwatch = await servePage(fullReport({ conflicts: [fight] }));
    await using server = await startArgoCdServer({ tugwatch: tugwatch.address, applications: APPLICATIONS });
    await using opened = await openPage(browser, server.address);
    const { page } = opened;
    await page.clock.install();
    await page.evaluate(`globalThis.leave = show(${JSON.stringify(WEB_APP)}); null`);
    await text(page, '[data-tugwatch=status]');
    tugwatch.tell(fullReport({ conflicts: [] }));
    await eventually(
      'the item is gone',
      async () => {
        await page.clock.fastForward(15_000);
        return (await page.locator('[data-tugwatch=status]').count()) === 0;
      },
      WAIT,
    );
    await page.evaluate('leave()');
    const before = server.asked.length;
    await page.clock.fastForward(120_000);
    await page.evaluate('fetch("favicon.ico").then(() => null)');
    expect(server.asked.length).toBe(before);
    expect(opened.complaints).toEqual([]);
  });

  it('shows hostile names as text', async () => {
    const conflict = given.aConflict({
      summary: given.HOSTILE,
      contenders: [
        { kind: 'controller', manager: given.HOSTILE, name: null, values: [given.HOSTILE] },
        { kind: 'argocd', manager: 'argocd-controller', name: 'web', values: [3] },
      ],
      evidence: [{ at: given.T0, writer: given.HOSTILE, from: given.HOSTILE, to: null, source: given.HOSTILE }],
    });
    const remedy = given.aRemedy({ summary: given.HOSTILE });
    const notice = given.aNotice({ workload: given.WEB, application: given.WEB_APP, message: given.HOSTILE });
    await using hostile = await servePage(fullReport({ conflicts: [{ conflict, remedy }], notices: [notice] }));
    await using server = await startArgoCdServer({ tugwatch: hostile.address, applications: APPLICATIONS });
    await using opened = await openPage(browser, server.address);
    const { page } = opened;
    await show(page, WEB_APP, WEB);
    expect(await text(page, '#tab [data-conflict] p >> nth=0')).toContain('<script>alert(1)</script>');
    expect(await page.locator('#app script').count()).toBe(0);
    expect(await text(page, '#app')).not.toMatch(/[\u202e\u2028]/);
    expect(opened.complaints).toEqual([]);
  });

  it('does not take Argo CD down with it where Tugwatch is of another age', async () => {
    const strange = {
      schema: 'tugwatch.report/v1',
      notices: [],
      risks: [],
      conflicts: [{ id: 'x', application: given.WEB_APP }],
    };
    const other = (await import('node:http')).createServer((_, response) => response.end(JSON.stringify(strange)));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await using server = await startArgoCdServer({ tugwatch: `http://127.0.0.1:${port}`, applications: APPLICATIONS });
    await using opened = await openPage(browser, server.address);
    await show(opened.page, WEB_APP);
    expect(await text(opened.page, '[data-tugwatch=status]')).toContain('older or newer than Tugwatch');
    other.closeAllConnections();
    other.close();
  });
});
