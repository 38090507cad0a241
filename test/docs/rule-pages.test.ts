import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/audit/rules.ts';

const DOCS = new URL('../../docs/', import.meta.url);
const pages = readdirSync(new URL('rules/', DOCS)).map((name) => name.replace(/\.md$/, ''));
const read = (name: string) => readFileSync(new URL(name, DOCS), 'utf8');

describe('the pages of the audit rules', () => {
  it('are one for each rule, and none for anything else', () => {
    expect(pages.toSorted()).toEqual(RULES.map((rule) => rule.id).toSorted());
  });

  it.each(RULES)(
    'says on the page of $id what, why, when, how to fix and to silence it, and where it comes from',
    (rule) => {
      const page = read(`rules/${rule.id}.md`);
      expect(page.startsWith(`# ${rule.id} ${rule.name}\n\nSeverity: ${rule.severity}`)).toBe(true);
      const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(['What', 'Why it bites', 'When', 'How to fix it', 'How to silence it', 'Sources']);
      expect(page).toContain(`tugwatch.dev/ignore: "${rule.id}: `);
      expect(page.slice(page.indexOf('## Sources'))).toMatch(/^- /m);
    },
  );

  it('link only to pages that exist', () => {
    for (const page of pages) {
      for (const [, link] of read(`rules/${page}.md`).matchAll(/\]\((TW\d+)\.md\)/g)) expect(pages).toContain(link);
    }
  });

  it('are listed in the table of docs/audit.md with the words of the rules', () => {
    const rows = read('audit.md')
      .split('\n')
      .filter((line) => line.startsWith('| [TW'))
      .map((line) => line.replace(/ +/g, ' '));
    expect(rows).toEqual(
      RULES.map(
        ({ id, name, severity, summary }) => `| [${id}](rules/${id}.md) | ${name} | ${severity} | ${summary} |`,
      ),
    );
  });
});

describe('the rules of the audit', () => {
  it('have ids and names of their own, in the order of the ids', () => {
    const ids = RULES.map((rule) => rule.id);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set([...ids, ...RULES.map((rule) => rule.name)]).size).toBe(2 * RULES.length);
  });
});
