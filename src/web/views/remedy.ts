/** A remedy as steps to follow, with everything that is to be copied in a box of its own. */
import type { RemedyDocument, StepDocument } from '../../report/schema.ts';
import { withoutFullStop, workloadLabel } from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html, preformatted } from '../html.ts';

/** `key` is unique on the page: the ids of the boxes begin with it, so that an update finds them again. */
export function remedyView(remedy: RemedyDocument, key: string): Html {
  const { owner, verify } = remedy;
  const name = owner.namespace === '' ? owner.name : `${owner.namespace}/${owner.name}`;
  return html`<p>${remedy.summary} <span class="note">What must change belongs to ${owner.kind} ${name}.</span></p>
<ol class="steps-list">${remedy.steps.map((step, index) => stepView(step, `${key}-${index}`))}</ol>
${remedy.warnings.map(({ message }) => html`<p class="careful"><strong>Careful:</strong> ${message}</p>`)}
${verify.message === '' ? null : html`<p><strong>Then check:</strong> ${verify.message}</p>`}
${verify.command === '' ? null : copyBox(verify.command, `${key}-verify`, 'command')}`;
}

function stepView(step: StepDocument, key: string): Html {
  const target = step.target === null ? null : html` <span class="note">${workloadLabel(step.target)}</span>`;
  const patch = step.patch !== null && step.commands.length === 0 ? JSON.stringify(step.patch, null, 2) : null;
  return html`<li><p>${withoutFullStop(step.why)}. <span class="where">${step.where === 'git' ? 'in Git' : 'live'}</span>${target}</p>
${step.commands.map((command, index) => copyBox(command, `${key}-${index}`, 'command'))}
${patch === null ? null : copyBox(patch, `${key}-patch`, 'patch')}
${step.yaml === null ? null : copyBox(step.yaml.trimEnd(), `${key}-yaml`, 'YAML')}</li>
`;
}

/** The button appears with the script; without it the text can still be selected. */
function copyBox(text: string, id: string, what: string): Html {
  return html`<div class="copybox"><pre id="${id}" tabindex="0" role="group" aria-label="${what} to copy"><code>${preformatted(text)}</code></pre><button type="button" id="${id}-copy" data-copies="${id}" hidden>Copy</button></div>
`;
}
