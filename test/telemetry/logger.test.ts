import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Heal } from '../../src/model/verdicts.ts';
import { logHeal, logNotice, logTransition, transitionSentence } from '../../src/telemetry/log-events.ts';
import type { LoggerOptions } from '../../src/telemetry/logger.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import * as given from '../support/report-fixtures.ts';

function logged(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({ format: 'json', ...options, destination: { write: (line) => lines.push(line) } });
  return { logger, lines, records: () => lines.map((line) => JSON.parse(line)) };
}

const confirmed = { at: given.T0 + 814, from: 'suspected', to: 'confirmed', conflict: given.aConflict() } as const;
const heal: Heal = {
  application: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' },
  applicationUid: 'u1',
  kind: 'self-heal',
  startedAt: given.T0,
  seenAt: given.T0 + 5,
  endSeenAt: null,
  finishedAt: null,
  phase: 'Running',
  resources: [{ group: 'apps', kind: 'Deployment', namespace: '', name: 'web' }],
  attempts: 3,
  revision: 'abc',
  newRevision: false,
  message: '',
};

describe('the log line of a transition', () => {
  it('tells a person who fights over what and which command ends it', () => {
    expect(transitionSentence(confirmed, given.aRemedy())).toMatch(
      /^conflict confirmed: hpa\/web and Argo CD application argocd\/web fight over \/spec\/replicas of Deployment shop\/web \(9 <-> 3\) since 05:44:58: Argo CD put 3 back 17 times; end it: kubectl patch applications.argoproj.io web -n argocd /,
    );
  });

  it('carries the numbers as fields with stable names, and no object', () => {
    const { logger, records } = logged();
    logTransition(logger, confirmed, given.aRemedy());
    const [record] = records();
    expect(record).toMatchObject({
      level: 'warn',
      event: 'conflict-confirmed',
      at: '2026-11-21T05:44:59.555Z',
      from: 'suspected',
      to: 'confirmed',
      conflict: '7f3a1c9e2b40',
      workload: 'Deployment shop/web',
      field: '/spec/replicas',
      application: 'argocd/web',
      reversals: 17,
      replicaSecondsShort: 1288,
      podsCreated: 51,
      wanted: 9,
    });
    expect(Object.values(record).filter((value) => typeof value === 'object' && value !== null)).toEqual([]);
  });

  it('tells when and why it ended, and what it cost', () => {
    const transition = {
      at: given.T0,
      from: 'confirmed',
      to: 'resolved',
      conflict: given.aResolvedConflict(),
    } as const;
    expect(transitionSentence(transition, given.aRemedy())).toBe(
      'conflict resolved: Deployment grokdevops/grokdevops /spec/replicas after 25 min 6 s: a rule protects the field now; 17 reversals, cost: 1,288 replica-seconds short, down to 3 of 9 wanted, 51 pods created and 48 deleted',
    );
  });

  it('says that a conflict is back when its resolution is taken back', () => {
    const { logger, records } = logged();
    logTransition(logger, { ...confirmed, from: 'resolved' }, null);
    expect(records()).toMatchObject([{ level: 'warn', event: 'conflict-reopened' }]);
    expect(records()[0].msg).toMatch(/^conflict is back and confirmed: hpa\/web/);
  });

  it('is information while it is only a suspicion, with no command yet', () => {
    const { logger, records } = logged();
    logTransition(logger, { ...confirmed, from: null, to: 'suspected' }, given.aRemedy());
    expect(records()).toMatchObject([{ level: 'info', event: 'conflict-suspected', from: null }]);
    expect(records()[0].msg).not.toContain('end it');
  });

  it('never spans two lines: a command of several lines gives way to one that fits', () => {
    const [step] = given.aRemedy().steps;
    if (step === undefined) throw new Error('the remedy has no step');
    const remedy = (...commands: string[]) => given.aRemedy({ steps: [{ ...step, commands }] });
    expect(transitionSentence(confirmed, remedy('cat <<E\nE', 'kubectl get x'))).toMatch(/; end it: kubectl get x$/);
    expect(transitionSentence(confirmed, remedy('cat <<E\nE'))).toMatch(/; end it: Let the autoscaler own/);
  });
});

describe('the log lines of notices and heals', () => {
  it('name the kind and the objects', () => {
    const { logger, records } = logged({ level: 'debug' });
    logNotice(logger, given.aNotice({ count: 2 }));
    logHeal(logger, heal);
    expect(records()).toMatchObject([
      { level: 'info', event: 'notice', kind: 'manual-override-reverted', workload: 'Deployment shop/cart', count: 2 },
      { level: 'debug', event: 'heal', kind: 'self-heal', application: 'argocd/web', attempts: 3, resources: 1 },
    ]);
    expect(records()[1].msg).toBe('self-heal of Application argocd/web: Deployment web, Running, attempt 3');
  });

  it('keep heals to themselves unless debugging', () => {
    const { logger, lines } = logged();
    logHeal(logger, heal);
    expect(lines).toEqual([]);
  });
});

describe('what never reaches the log', () => {
  it('is a token that a client hung onto an error', () => {
    const { logger, lines } = logged();
    const error = Object.assign(new Error('401 for https://me:pw123@host/ with Bearer abc.def-123'), {
      code: 401,
      response: { headers: { authorization: 'Bearer abc.def-123' } },
      cause: new Error('Authorization: Basic Zm9vOmJhcg=='),
    });
    logger.error({ err: error }, 'the list failed');
    expect(lines.join('')).not.toMatch(/abc\.def|pw123|Zm9v/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { type: 'Error', code: 401 }, msg: 'the list failed' });
  });

  it('is the value of anything called token, env or object', () => {
    const { logger, lines } = logged();
    logger.info(
      { token: 's3cret', user: { password: 's3cret' }, a: { b: { env: ['s3cret'] } }, object: 's3cret' },
      'x',
    );
    expect(lines.join('')).not.toContain('s3cret');
  });

  it('is none of these in a list, and what is passed stays as it was', () => {
    const { logger, lines } = logged();
    const fields = {
      requests: [{ path: '/x', headers: { cookie: 's3cret' } }],
      err: new Error('s3cret is not hidden here'),
    };
    const before = structuredClone(fields.requests);
    logger.info(fields, 'asked');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      requests: [{ path: '/x', headers: '[not logged]' }],
      err: { type: 'Error' },
    });
    expect(fields.requests).toEqual(before);
  });

  it('is a character that a terminal would act on', () => {
    for (const format of ['json', 'text'] as const) {
      const { logger, lines } = logged({ format });
      logger.warn({ name: given.HOSTILE }, `seen ${given.HOSTILE}`);
      logNotice(logger, given.aNotice({ message: given.HOSTILE }));
      expect(lines).toHaveLength(2);
      for (const line of lines) expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  });
});

describe('the log on a terminal', () => {
  it('is one line with the time of the event, the level and the sentence', () => {
    const { logger, lines } = logged({ format: 'text' });
    logNotice(logger, given.aNotice({ message: 'Look at this.' }));
    expect(lines).toEqual(['05:45:58.741 INFO  notice manual-override-reverted: Look at this.\n']);
  });

  it('shows the fields of what is no event, and the message of an error', () => {
    const { logger, lines } = logged({ format: 'text' });
    logger.error({ port: 8080, err: new Error('address in use') }, 'cannot listen');
    expect(lines[0]?.slice(13)).toBe('ERROR cannot listen port=8080 address in use\n');
  });

  it('is coloured only when asked to', () => {
    const plain = logged({ format: 'text' });
    plain.logger.warn('careful');
    expect(plain.lines.join('')).not.toContain('\u001b');
    const coloured = logged({ format: 'text', colour: true });
    coloured.logger.warn('careful');
    expect(coloured.lines.join('')).toContain('\u001b[33mWARN');
  });
});

describe('standard error', () => {
  it('has the last line even when the process exits at once, and standard output nothing', () => {
    const script = `
      import { createLogger } from '${new URL('../../src/telemetry/logger.ts', import.meta.url)}';
      createLogger({ format: 'json' }).info('the last word');
      process.exit(0);`;
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(result.stdout).toBe('');
    expect(JSON.parse(result.stderr)).toMatchObject({ level: 'info', msg: 'the last word' });
  });
});
