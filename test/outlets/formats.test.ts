import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../scripts/alerting/alert.ts';
import { prometheusGroups } from '../../scripts/alerting/render.ts';
import { conflictMessage, noticeMessage, RUNBOOKS, type Told } from '../../src/outlets/build-message.ts';
import { alertOf } from '../../src/outlets/formats/alertmanager.ts';
import { pagerdutyBody } from '../../src/outlets/formats/pagerduty.ts';
import { slackBody } from '../../src/outlets/formats/slack.ts';
import { teamsBody } from '../../src/outlets/formats/teams.ts';
import { type MessageDocument, messageSchema } from '../../src/outlets/message.ts';
import { OCCASIONS } from '../../src/outlets/occasion.ts';
import { aConflict, aNotice, aRemedy, T0 } from '../support/report-fixtures.ts';

const PAGE = 'https://tugwatch.example.com';

function told(overrides: Partial<Told> = {}): Told {
  return {
    kind: 'confirmed',
    at: T0 + 300_000,
    severity: 'warning',
    conflict: aConflict(),
    remedy: aRemedy(),
    ...overrides,
  };
}

const resolved = aConflict({
  state: 'resolved',
  activity: 'over',
  resolvedAt: T0 + 600_000,
  resolution: 'rule-added',
});

/** Names as bad as the cluster may have them: a workload's are checked by the server, a field manager's are not. */
function hostile(): Told {
  const bad = '<!channel> & *x* [y](http://evil) \u202e\u0007 ``` "';
  const contenders = [
    { kind: 'controller' as const, manager: bad, name: null, values: [bad.repeat(60)] },
    { kind: 'argocd' as const, manager: 'argocd-controller', name: 'web', values: [3] },
  ];
  const remedy = aRemedy();
  const [first, ...rest] = remedy.steps;
  const steps =
    first === undefined ? [] : [{ ...first, why: bad.repeat(200), commands: [`kubectl ${bad.repeat(500)}`] }, ...rest];
  const summary = bad.repeat(400);
  return told({
    conflict: aConflict({ contenders, summary, field: `/data/${bad.repeat(50)}` }),
    remedy: { ...remedy, steps },
  });
}

const hostileMessage = () => conflictMessage(hostile(), PAGE);

describe('a message', () => {
  it.each(OCCASIONS)('of the occasion %s is a document of its schema', (kind) => {
    const conflict = kind === 'resolved' || kind === 'half-fixed' ? resolved : aConflict();
    const message = conflictMessage(told({ kind, conflict }), PAGE);
    expect(messageSchema.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it('names the daemon to ask where only that can tell: of a workload in another cluster than that of Argo CD', () => {
    const there = told({ conflict: aConflict({ workload: { ...aConflict().workload, cluster: 'prod-eu' } }) });
    expect(conflictMessage(there, PAGE).explain).toBe(
      'tugwatch why deployment/web -n shop --cluster prod-eu --server https://tugwatch.example.com',
    );
    expect(conflictMessage(there, '').explain).toContain('--server http://localhost:8080');
  });

  it('answers who fights over what, where to change it, since when, at what cost, and the first step', () => {
    const message = conflictMessage(told(), PAGE);
    const shown = JSON.stringify([message.title, message.text, message.facts]);
    for (const part of [
      'Deployment shop/web',
      '/spec/replicas',
      'argocd/web',
      'hpa/web',
      '1,288 replica-seconds short',
    ])
      expect(shown).toContain(part);
    expect(message.facts.find(({ name }) => name === 'Change it at')?.value).toBe('Application argocd/web');
    expect(message.facts.find(({ name }) => name === 'Since')?.value).toBe('2026-11-21 05:44:58 UTC, for 5 min');
    expect(message.firstStep?.command).toMatch(/^kubectl patch applications/);
    expect(message.links).toEqual({
      page: `${PAGE}/conflicts/7f3a1c9e2b40`,
      runbook: `${RUNBOOKS}TugwatchConflictConfirmed`,
    });
    expect(conflictMessage(told(), '').links.page).toBe(null);
  });

  it('about the end says what ended it and how long it lasted, and asks for nothing', () => {
    const message = conflictMessage(told({ kind: 'resolved', conflict: resolved }), PAGE);
    expect(message.facts).toContainEqual({ name: 'Ended by', value: 'a rule protects the field now' });
    expect(message.facts).toContainEqual({ name: 'Lasted', value: '10 min, since 2026-11-21 05:44:58 UTC' });
    expect(message.firstStep).toBe(null);
    expect(message.text).toContain('It is over: a rule protects the field now.');
  });

  it('about a notice has its kind and its words', () => {
    const message = noticeMessage(aNotice({ kind: 'manual-override-reverted' }), PAGE);
    expect(messageSchema.parse(message)).toMatchObject({ occasion: 'notice', severity: 'info' });
    expect(message.title).toContain('Notice manual-override-reverted');
  });

  it('has no character that does something instead of showing something', () => {
    const { conflict: _, ...shown } = hostileMessage();
    for (const hidden of ['\u202e', '\\u0007', '\u0007']) expect(JSON.stringify(shown)).not.toContain(hidden);
  });

  it('links to the runbooks that the alerts link to', () => {
    expect(RUNBOOKS).toBe(DEFAULT_SETTINGS.runbooks);
  });
});

describe('in the format of Slack', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a document of somebody else's
  const blocksOf = (message: MessageDocument) => (slackBody(message) as any).blocks as any[];

  it('keeps the limits of Block Kit whatever the names are', () => {
    const blocks = blocksOf(hostileMessage());
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const block of blocks) {
      if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(150);
      if (block.type === 'section' && block.text) expect(block.text.text.length).toBeLessThanOrEqual(3000);
      for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2000);
      expect(block.fields?.length ?? 0).toBeLessThanOrEqual(10);
    }
  });

  it('lets nobody mention a channel or write a link', () => {
    const marked = blocksOf(hostileMessage()).flatMap((block) =>
      [block.text, ...(block.fields ?? [])]
        .filter((text) => text?.type === 'mrkdwn')
        .map((text) => text.text as string),
    );
    expect(marked.length).toBeGreaterThan(3);
    for (const text of marked) expect(text).not.toMatch(/<[^h]|<!/);
  });

  it('shows a command whole or the one that prints it, never half of one', () => {
    expect(JSON.stringify(blocksOf(conflictMessage(told(), PAGE)))).toContain('kubectl patch applications');
    const text = JSON.stringify(blocksOf(hostileMessage()));
    expect(text).not.toContain('```kubectl');
    expect(text).toContain('```tugwatch why deployment/web -n shop```');
  });
});

describe('in the format of Microsoft Teams', () => {
  it('is an Adaptive Card in a message, below 28 KB whatever the names are', () => {
    for (const message of [conflictMessage(told(), PAGE), hostileMessage()]) {
      const body = teamsBody(message);
      expect(body).toMatchObject({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: { type: 'AdaptiveCard', version: '1.4', actions: [{ type: 'Action.OpenUrl' }, {}] },
          },
        ],
      });
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(28_000);
    }
  });

  it('has no text that is read as Markdown', () => {
    expect(JSON.stringify(teamsBody(hostileMessage()))).not.toContain('"TextBlock"');
  });
});

describe('in the format of PagerDuty', () => {
  it('opens, raises and resolves one alert by the id of the conflict', () => {
    const bodies = [
      told(),
      told({ kind: 'escalated', severity: 'critical' }),
      told({ kind: 'resolved', conflict: resolved, severity: 'critical' }),
    ].map((each) => pagerdutyBody(conflictMessage(each, PAGE), 'key'));
    expect(bodies).toMatchObject([
      { event_action: 'trigger', payload: { severity: 'warning', component: 'web', group: 'argocd/web' } },
      { event_action: 'trigger', payload: { severity: 'critical' } },
      { event_action: 'resolve' },
    ]);
    for (const body of bodies) expect(body).toMatchObject({ routing_key: 'key', dedup_key: '7f3a1c9e2b40' });
  });

  it('keeps the limits of the API', () => {
    // biome-ignore lint/suspicious/noExplicitAny: a document of somebody else's
    const body = pagerdutyBody(hostileMessage(), 'key') as any;
    expect(body.payload.summary.length).toBeLessThanOrEqual(1024);
    expect(body.dedup_key.length).toBeLessThanOrEqual(255);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(512_000);
  });
});

describe('in the format of Alertmanager', () => {
  it('has the name, the severity and the labels of the alert rule that says the same', () => {
    const rules = prometheusGroups().flatMap((group) => group.rules);
    for (const kind of ['confirmed', 'escalated', 'half-fixed'] as const) {
      const input = { ...told(), kind, startsAt: T0, endsAt: T0 + 600_000, now: T0 + 300_000 };
      const alert = alertOf(input, PAGE, { cluster: 'prod' }) as { labels: Record<string, string> };
      const rule = rules.find((each) => each.alert === alert.labels['alertname']);
      expect(rule?.labels['severity']).toBe(alert.labels['severity']);
      expect(alert).toMatchObject({
        labels: { cluster: 'prod', workload: 'web', workload_kind: 'Deployment', field: '/spec/replicas' },
        startsAt: '2026-11-21T05:44:58.741Z',
        endsAt: '2026-11-21T05:54:58.741Z',
        generatorURL: `${PAGE}/conflicts/7f3a1c9e2b40`,
      });
    }
  });
});
