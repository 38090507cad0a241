import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withMessageExamples } from '../../scripts/docs/message-examples.ts';
import { loadConfig } from '../../src/config/load.ts';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { MESSAGE_OUTCOMES } from '../../src/outlets/courier.ts';
import { exampleMessage } from '../../src/outlets/example.ts';
import { bodyOf } from '../../src/outlets/letter.ts';
import { OCCASIONS } from '../../src/outlets/occasion.ts';

const page = readFileSync(new URL('../../docs/messages.md', import.meta.url), 'utf8');

describe('docs/messages.md', () => {
  it('shows what is sent (else run: npm run generate)', () => {
    expect(withMessageExamples(page)).toBe(page);
  });

  it('shows a configuration that the daemon takes, with a template that works', async () => {
    const [, text = ''] = /```yaml\n# tugwatch\.yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const file = join(mkdtempSync(join(tmpdir(), 'tugwatch-docs-')), 'tugwatch.yaml');
    writeFileSync(file, text);
    const { receivers } = loadConfig({ file, env: {}, flags: {} });
    expect(receivers.map(({ type }) => type).sort()).toEqual([
      'alertmanager',
      'pagerduty',
      'slack',
      'teams',
      'webhook',
    ]);
    const webhook = receivers.find((receiver) => receiver.type === 'webhook');
    const jq = new LazyJqEngine();
    await jq.load();
    if (webhook === undefined) throw new Error('no webhook');
    expect(await bodyOf(webhook, exampleMessage('confirmed', 0, ''), jq)).toEqual({
      summary: 'Conflict confirmed: Deployment shop/example, /spec/replicas',
      description: expect.stringContaining('fight over'),
      labels: ['warning', 'shop'],
    });
  });

  it('explains every occasion and every outcome', () => {
    for (const kind of OCCASIONS) expect(page).toContain(`| \`${kind}\` |`);
    for (const outcome of MESSAGE_OUTCOMES) expect(page).toContain(outcome);
  });
});
