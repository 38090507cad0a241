import { beforeEach, describe, expect, it } from 'vitest';
import { createWatchLog } from '../../src/daemon/watch-log.ts';
import type { KubeError } from '../../src/kubernetes/errors.ts';
import type { ReflectorEvent } from '../../src/kubernetes/reflector-events.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

const MINUTE = 60_000;
const REFUSED: KubeError = { kind: 'network', unreached: true, message: 'cannot reach the API server at X: refused' };
const KINDS = ['deployments.apps', 'applications.argoproj.io', 'events'];

let now = 0;
let lines: { level: string; event: string; msg: string }[] = [];
let tell: (about: string, event: ReflectorEvent) => void;

beforeEach(() => {
  now = 0;
  lines = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
  tell = createWatchLog(createLogger({ format: 'json', destination }), () => now);
});

function failed(error: KubeError, action: 'resume' | 'relist' = 'resume'): ReflectorEvent {
  return { type: 'failed', error, next: { action, delayMs: 1_000, failures: 1 } };
}

const said = () => lines.map(({ level, msg }) => `${level} ${msg}`);

describe('the log of the watches', () => {
  it('says in one line that the API server is away, whatever the number of kinds and attempts', () => {
    for (let attempt = 0; attempt < 20; attempt += 1) for (const kind of KINDS) tell(kind, failed(REFUSED));
    expect(said()).toEqual([
      'warn cannot reach the API server at X: refused (seen by deployments.apps; trying again until it is over)',
    ]);
  });

  it('says in one line that it is back, when the last kind is seen again', () => {
    for (const kind of KINDS) tell(kind, failed(REFUSED));
    now = 34_000;
    for (const kind of KINDS) tell(kind, { type: 'connected' });
    expect(said().slice(1)).toEqual(['info seen again after 34 s: 3 watches']);
    for (const kind of KINDS) tell(kind, { type: 'connected' });
    expect(lines).toHaveLength(2);
  });

  it('reminds of an outage that goes on', () => {
    for (; now <= 11 * MINUTE; now += 20_000) for (const kind of KINDS) tell(kind, failed(REFUSED));
    expect(said()).toHaveLength(2);
    expect(said()[1]).toBe('warn for 10 min by now, 3 watches: cannot reach the API server at X: refused');
  });

  it('speaks again of a trouble whose only watch was closed in the middle of it', () => {
    tell('lens on shop/web', failed(REFUSED));
    now = 60 * MINUTE;
    tell('deployments.apps', failed(REFUSED));
    expect(lines).toHaveLength(2);
  });

  it('tells of each kind by itself when it is what the server answers for it', () => {
    const broken = (code: number): KubeError => ({ kind: 'server', code, message: `GET …: ${code}` });
    tell('deployments.apps', failed(broken(500)));
    tell('events', failed(broken(503)));
    tell('events', failed(broken(503)));
    tell('events', { type: 'listed', objects: 3, pages: 1 });
    expect(said()).toEqual([
      'warn GET …: 500 (seen by deployments.apps; trying again until it is over)',
      'warn GET …: 503 (seen by events; trying again until it is over)',
      'info seen again after 0 s: events',
    ]);
  });

  it('takes a 410 for what it is: ordinary, and a reason to list anew', () => {
    tell('deployments.apps', failed({ kind: 'gone', message: 'too old' }, 'relist'));
    expect(lines).toMatchObject([{ level: 'info', event: 'watch-failed' }]);
  });

  it('warns once a kind of objects that cannot be read, and not of versions that came twice', () => {
    tell('events', { type: 'skipped', key: 'shop/a', reason: 'older-version' });
    for (const key of ['shop/web', 'shop/api'])
      tell('deployments.apps', { type: 'skipped', key, reason: 'unreadable' });
    expect(said()).toEqual(['warn deployments.apps: shop/web cannot be read and is left out; all others are watched']);
  });

  it('calls corrections what they are: an error', () => {
    tell('events', { type: 'relisted', corrections: 0 });
    tell('events', { type: 'relisted', corrections: 2 });
    expect(said()).toEqual(['error events: 2 facts had not been told by the watch']);
  });
});
