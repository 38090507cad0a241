import { describe, expect, it } from 'vitest';
import { html, preformatted } from '../../src/web/html.ts';

describe('a template', () => {
  it('escapes every value, in text and in attributes', () => {
    expect(html`<a title="${`"'<b>&\``}">${'<script>'}</a>`.markup).toBe(
      '<a title="&quot;&#39;&lt;b&gt;&amp;&#96;">&lt;script&gt;</a>',
    );
  });

  it('keeps what is markup already, joins lists and leaves out what is not there', () => {
    const items = ['a', 'b'].map((each) => html`<li>${each}</li>`);
    expect(html`<ul>${items}</ul>${null}${false}${0}`.markup).toBe('<ul><li>a</li><li>b</li></ul>0');
  });

  it('shows characters that would act, and keeps line feeds only where lines count', () => {
    expect(html`${'a\u202eb\nc'}`.markup).toBe('a\\u202eb\\x0ac');
    expect(preformatted('a:\n\u001b<b>').markup).toBe('a:\n\\x1b&lt;b&gt;');
  });
});
