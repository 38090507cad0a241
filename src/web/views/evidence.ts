/** The writes of a fight as a table. */
import type { ConflictDocument } from '../../report/schema.ts';
import { clockLabel, contenderLabel, valueLabel } from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';

export function evidenceTable(conflict: ConflictDocument): Html {
  const rows = conflict.evidence;
  const oneDay = new Set(rows.map((row) => row.at.slice(0, 10))).size === 1;
  const caption = `Writes of ${conflict.field ?? 'the field'}, newest last`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Writer</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Seen in</th></tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><td><time datetime="${row.at}">${oneDay ? clockLabel(row.at) : `${row.at.slice(0, 10)} ${clockLabel(row.at)}`}</time></td><td>${row.writer}</td><td>${valueLabel(row.from)}</td><td>${valueLabel(row.to)}</td><td>${row.source}</td></tr>
`,
  )}</tbody></table></div>
<p class="note">Contenders: ${conflict.contenders.map((each) => contenderLabel(each) + (each.manager === null || each.name === null ? '' : ` (field manager ${each.manager})`)).join(' against ')}.</p>
`;
}
