import { describe, expect, it } from 'vitest';
import { LiveFixes } from '../../src/detect/live-fixes.ts';
import type { ApplicationFact, Json } from '../../src/model/facts.ts';
import { applicationFact } from '../support/facts.ts';

const RULES: Json = [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
const RESPECT = ['RespectIgnoreDifferences=true'];

function app(rules: Json | null, options: readonly string[], owned = true): ApplicationFact {
  return applicationFact({
    ...(rules === null ? {} : { ignoreDifferences: rules }),
    syncPolicy: { syncOptions: [...options] },
    ...(owned
      ? { ownerReferences: [{ kind: 'ApplicationSet', name: 'fleet', apiVersion: 'argoproj.io/v1alpha1', uid: 'u' }] }
      : {}),
  });
}

/** What was said, version by version; [version, milliseconds since the start]. */
function told(...versions: readonly (readonly [ApplicationFact, number])[]): (string | null)[] {
  const fixes = new LiveFixes();
  return versions.map(([version, at], i) => fixes.observe(versions[i - 1]?.[0], version, at)?.message ?? null);
}

const BEFORE = app(null, []);
const FIXED = app(RULES, RESPECT);

describe('a live edit of an Application', () => {
  it('that stays is told nobody', () => {
    expect(told([BEFORE, 0], [FIXED, 1], [FIXED, 600_000])).toEqual([null, null, null]);
  });

  it('that its ApplicationSet takes back is told, with the owner', () => {
    const [, , said] = told([BEFORE, 0], [FIXED, 1_000], [BEFORE, 1_600]);
    expect(said).toContain('taken back after 0.6 s');
    expect(said).toContain('ApplicationSet fleet put ignoreDifferences and syncOptions back as before');
  });

  it('that a parent takes back by half says so', () => {
    const [, , said] = told(
      [app(null, [], false), 0],
      [app(RULES, RESPECT, false), 1_000],
      [app(RULES, [], false), 3_000],
    );
    expect(said).toContain('its owner put syncOptions back as before');
    expect(said).toContain('half fixed');
  });

  it('in two steps is told when the second is taken back', () => {
    const [, , , said] = told([BEFORE, 0], [app(RULES, []), 1_000], [FIXED, 2_000], [app(RULES, []), 3_000]);
    expect(said).toContain('syncOptions');
  });

  it('that a person takes back an hour later is told nobody', () => {
    expect(told([BEFORE, 0], [FIXED, 1_000], [BEFORE, 3_600_000])).toEqual([null, null, null]);
  });

  it('of an Application that was made anew is no edit', () => {
    expect(told([BEFORE, 0], [{ ...FIXED, uid: 'other' }, 1_000], [BEFORE, 1_500])).toEqual([null, null, null]);
  });
});
