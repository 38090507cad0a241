/**
 * HTML from templates in which every value is escaped unless it is HTML already: names, values and messages come from
 * the cluster, so from whoever may write to it. Values go between tags or into quoted attributes, nowhere else.
 */
import { visible, visibleLines } from '../report/visible.ts';

/** Markup that is safe to send. Made by `html` and `preformatted` only. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | null | false | readonly HtmlValue[];

/** Template tag. Strings and numbers are escaped, lists joined, null and false left out. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = strings[0] ?? '';
  values.forEach((value, index) => {
    markup += markupOf(value) + (strings[index + 1] ?? '');
  });
  return new Html(markup);
}

/** Text whose line feeds count: for <pre>. */
export function preformatted(text: string): Html {
  return new Html(escapeMarkup(visibleLines(text)));
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'string') return escapeMarkup(visible(value));
  if (typeof value === 'number') return String(value);
  return value.map(markupOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);
}
