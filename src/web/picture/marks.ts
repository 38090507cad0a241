/** The marks of writers and heals, in the picture and in its legend. */
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import type { HealMark, Mark } from './timeline.ts';

/** Kinds of writers that have a colour and a mark of their own in the style sheet. */
const KINDS = new Set(['argocd', 'hpa', 'keda', 'human', 'rollouts', 'controller', 'unknown', 'second']);

export function kindClass(kind: string): string {
  return KINDS.has(kind) ? `w-${kind}` : 'w-unknown';
}

/** Argo CD is a square, a person a triangle, a second of a kind a diamond, everything else a circle: the colours alone would not do for everybody. */
export function writeMark({ x, y, kind, title }: Mark): Html {
  const tooltip = title === '' ? null : html`<title>${title}</title>`;
  const name = kindClass(kind);
  if (kind === 'argocd') {
    return html`<rect class="${name}" x="${x - 4}" y="${y - 4}" width="8" height="8">${tooltip}</rect>`;
  }
  if (kind === 'human') {
    return html`<path class="${name}" d="M${x} ${y - 5}l5 9h-10z">${tooltip}</path>`;
  }
  if (kind === 'second') {
    return html`<path class="${name}" d="M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z">${tooltip}</path>`;
  }
  return html`<circle class="${name}" cx="${x}" cy="${y}" r="4">${tooltip}</circle>`;
}

/** A heal hangs from the top edge: an arrow down; one that failed is a cross. `y` is where its point is. */
export function healMark({ x, failed, title }: HealMark, y: number): Html {
  const tooltip = title === '' ? null : html`<title>${title}</title>`;
  if (failed) {
    return html`<path class="heal failed" d="M${x - 4} ${y - 9}l8 8m0 -8l-8 8">${tooltip}</path>`;
  }
  return html`<path class="heal" d="M${x - 4.5} ${y - 9}h9l-4.5 9z">${tooltip}</path>`;
}

export type LegendEntry =
  | { readonly mark: 'write'; readonly kind: string }
  | { readonly mark: 'heal' | 'failed' | 'declared' | 'wanted' | 'ready' };

/** The mark of one entry of the legend, 22 wide and 12 high, with its upper left corner at `x`, `y`. */
export function legendMark(entry: LegendEntry, x: number, y: number): Html {
  switch (entry.mark) {
    case 'write':
      return html`<g class="marks">${writeMark({ x: x + 11, y: y + 6, kind: entry.kind, title: '' })}</g>`;
    case 'heal':
    case 'failed':
      return html`<g class="heals">${healMark({ x: x + 11, failed: entry.mark === 'failed', title: '' }, y + 11)}</g>`;
    case 'ready':
      return html`<rect class="ready" x="${x + 2}" y="${y + 2}" width="18" height="9"/>`;
    default:
      return html`<path class="level ${entry.mark}" d="M${x + 1} ${y + 6}h20"/>`;
  }
}
