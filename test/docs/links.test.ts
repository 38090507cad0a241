/** Links between the documents lead somewhere, to the very heading where they name one. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { lexer, type Token, walkTokens } from 'marked';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

const documents = ['.', 'docs', 'grafana', 'manifests']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => name.endsWith('.md'));

interface Link {
  readonly file: string;
  readonly href: string;
}

function linksOf(file: string): Link[] {
  const links: Link[] = [];
  walkTokens(lexer(readFileSync(join(ROOT, file), 'utf8')), (token: Token) => {
    if ((token.type === 'link' || token.type === 'image') && !/^[a-z]+:/.test(token['href'] as string))
      links.push({ file, href: token['href'] as string });
  });
  return links;
}

/** The anchors that GitHub gives the headings of a document. */
function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  walkTokens(lexer(readFileSync(join(ROOT, file), 'utf8')), (token: Token) => {
    if (token.type !== 'heading') return;
    const text = (token['text'] as string).replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    anchors.add(text.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
  });
  return anchors;
}

const links = documents.flatMap(linksOf);

describe('a link in a document', () => {
  it('is one of many', () => expect(links.length).toBeGreaterThan(100));

  it.each(links)('$file leads to $href', ({ file, href }) => {
    const [path = '', anchor] = href.split('#');
    const target = path === '' ? file : normalize(join(dirname(file), path));
    expect(existsSync(join(ROOT, target)), `${target} is there`).toBe(true);
    if (anchor !== undefined && statSync(join(ROOT, target)).isFile()) expect([...anchorsOf(target)]).toContain(anchor);
  });

  it('leads to each document from the index of the documents', () => {
    const index = new Set(
      linksOf('docs/README.md').map(({ href }) => normalize(join('docs', href.split('#')[0] ?? ''))),
    );
    const pages = documents.filter((name) => /^docs\/[\w-]+\.md$/.test(name) && name !== 'docs/README.md');
    expect(pages.filter((page) => !index.has(page))).toEqual([]);
  });
});
