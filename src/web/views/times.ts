/** Times as people read them: how long ago, with the exact time at hand. */
import { dateTimeLabel, durationLabel, secondsBetween } from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';

/** '4 min ago'; the exact time is what the pointer, a screen reader and a program find. */
export function agoView(at: string, now: string): Html {
  return html`<time datetime="${at}" title="${dateTimeLabel(at)} UTC">${durationLabel(secondsBetween(at, now))} ago</time>`;
}

/** '05:44:58', with the date where it is not of the day of `now`. UTC; the reader is told so nearby. */
export function clockView(at: string, now: string): Html {
  const label = dateTimeLabel(at);
  const sameDay = at.slice(0, 10) === now.slice(0, 10);
  return html`<time datetime="${at}" title="${label} UTC">${sameDay ? label.slice(11) : label}</time>`;
}
