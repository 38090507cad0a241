/** What every page has around its content. */
import { STYLE } from '../assets/style.ts';
import type { Html } from '../html.ts';
import { html, Html as Markup } from '../html.ts';

export type Mood = 'confirmed' | 'suspected' | 'none';

export interface Frame {
  readonly headline: string;
  readonly mood: Mood;
  /** End of the report's window, RFC 3339. */
  readonly now: string;
  /** What the event stream calls the present state. */
  readonly digest: string;
  /** Where the page's root is, seen from this page. */
  readonly root: './' | '../' | '../../../';
}

export function framed({ headline, mood, now, digest, root }: Frame, content: Html): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${headline} · Tugwatch</title>
<noscript><meta http-equiv="refresh" content="15"></noscript>
<link rel="icon" href="${root}assets/icon.svg" type="image/svg+xml">
<style>${new Markup(STYLE)}</style>
<script src="${root}assets/page.js" defer></script>
</head>
<body data-root="${root}" data-digest="${digest}">
<a class="skip" href="#main">Skip to the content</a>
<header class="${mood}"><div class="bar"><a class="brand" href="${root}">Tugwatch</a>
<h1>${headline}</h1>
<p id="live">as of <time datetime="${now}">${now.slice(11, 19)}</time> UTC</p></div></header>
<p id="announce" class="unseen" role="status" aria-live="polite"></p>
<main id="main" tabindex="-1">
${content}
</main>
<footer><a href="${root}api/v1/report">Report as JSON</a> <a href="${root}metrics">Metrics</a></footer>
</body>
</html>
`;
  return page.markup;
}
