/** A remedy as steps to follow, with everything that is to be copied in a box of its own. */
import type { RemedyDocument, StepDocument } from '../../report/schema.ts';
import { counted, withoutFullStop, workloadLabel } from '../../report/words.ts';
import type { Html } from '../html.ts';
import { html, preformatted } from '../html.ts';

/**
 * `key` is unique on the page: the ids of the boxes begin with it, so that an update finds them again. Without `buttons`
 * where no script will run.
 */
export function remedyView(remedy: RemedyDocument, key: string, buttons = true): Html {
  const { owner, verify } = remedy;
  const name = owner.namespace === '' ? owner.name : `${owner.namespace}/${owner.name}`;
  return html`<p>${remedy.summary} <span class="note">What must change belongs to ${owner.kind} ${name}.</span></p>
<ol class="steps-list">${remedy.steps.map(
    (step, index) => html`<li>${stepView(step, `${key}-${index}`, buttons)}</li>
`,
  )}</ol>
${warnings(remedy)}
${verify.message === '' ? null : html`<p><strong>Then check:</strong> ${verify.message}</p>`}
${verify.command === '' ? null : copyBox(verify.command, `${key}-verify`, 'command', buttons)}`;
}

/** What stops the fight now, ready to be pasted, and what to be careful of; the rest is on the conflict's page. `open`: unfolded. */
export function firstStepView(remedy: RemedyDocument, key: string, open: boolean): Html {
  const [first, ...rest] = remedy.steps;
  if (first === undefined) return html`<p>${remedy.summary}</p>`;
  return html`<p>${remedy.summary}</p>
<details id="${key}-first"${open && html` open`}><summary>First step</summary>
${stepView(first, `${key}-0`, true)}
${warnings(remedy)}
${rest.length > 0 && html`<p class="note">${counted(rest.length, 'more step')} to make it last.</p>`}</details>`;
}

function warnings(remedy: RemedyDocument): Html {
  return html`${remedy.warnings.map(({ message }) => html`<p class="careful"><strong>Careful:</strong> ${message}</p>`)}`;
}

function stepView(step: StepDocument, key: string, buttons: boolean): Html {
  const target = step.target === null ? null : html` <span class="note">${workloadLabel(step.target)}</span>`;
  const patch = step.patch !== null && step.commands.length === 0 ? JSON.stringify(step.patch, null, 2) : null;
  return html`<p>${withoutFullStop(step.why)}. <span class="where">${step.where === 'git' ? 'in Git' : 'live'}</span>${target}</p>
${step.commands.map((command, index) => copyBox(command, `${key}-${index}`, 'command', buttons))}
${patch === null ? null : copyBox(patch, `${key}-patch`, 'patch', buttons)}
${step.yaml === null ? null : copyBox(step.yaml.trimEnd(), `${key}-yaml`, 'YAML', buttons)}`;
}

/** The button appears with the script; without it the text can still be selected. */
function copyBox(text: string, id: string, what: string, buttons: boolean): Html {
  const button = html`<button type="button" id="${id}-copy" data-copies="${id}" aria-label="Copy the ${what}" hidden>Copy</button>`;
  return html`<div class="copybox"><pre id="${id}" tabindex="0" role="group" aria-label="${what} to copy"><code>${preformatted(text)}</code></pre>${buttons && button}</div>
`;
}
