import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../src/report/junit.ts';
import { AUDIT } from './audit-fixtures.ts';

describe('the audit as JUnit XML', () => {
  const xml = renderJunit(AUDIT);

  it('counts failures, errors and skipped tests, in all and in each suite', () => {
    expect(xml).toContain('<testsuites name="tugwatch audit" tests="6" failures="3" errors="1" skipped="1" time="0">');
    expect(xml).toContain(
      '<testsuite name="Deployment shop/web" tests="3" failures="2" errors="0" skipped="1" time="0">',
    );
  });

  it('is a failure a risk, with file and line', () => {
    expect(xml).toContain(
      '<testcase name="TW101 unprotected-replicas" classname="Deployment shop/web" file="apps/web &amp; co/deploy #1.yaml" line="7" time="0">',
    );
    expect(xml).toContain('<failure message="Git declares 3 replicas and');
    expect(xml).toContain('Remedy: Add a rule for /spec/replicas');
  });

  it('is a skipped test a silenced risk, and a passed one a safe workload', () => {
    expect(xml).toContain('<skipped message="load test (tugwatch.dev/ignore)"/>');
    expect(xml).toContain('<testcase name="safe: Git does not declare replicas, so Argo CD leaves them alone"');
  });

  it('is an error an invalid file', () => {
    expect(xml).toContain('<error message="Tabs are not allowed as indentation" type="invalid">Line 3:');
  });

  it('escapes what XML would take for its own, and what it does not allow at all', () => {
    expect(xml).toContain('&lt;angles&gt; &amp; &quot;quotes&quot; and an escape \\x1b[2J.');
    expect(xml).not.toContain('\u001b');
  });

  it('closes every element that it opens', () => {
    const opened: string[] = [];
    for (const [, close, name, self] of xml.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (close === '/') expect(opened.pop()).toBe(name);
      else if (self !== '/') opened.push(name ?? '');
    }
    expect(opened).toEqual([]);
  });
});
