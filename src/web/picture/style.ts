/** Colours and lines of the picture: one source for the page, the incident report and pictures that stand alone. */

/** Colours of writers on a light and on a dark ground; each at least 4.5:1 against it. */
const LIGHT = `--argocd: #c2410c; --hpa: #1d5fd1; --human: #86329e; --controller: #0f766e; --rollouts: #3f7d20; --unknown: #5b6470; --second: #7a4dd8; --ready: #1d5fd11f; --fall: #c2410c59;`;
const DARK = `--argocd: #ff9a62; --hpa: #7cb0ff; --human: #d79bf0; --controller: #5fd0c4; --rollouts: #9bd670; --unknown: #a3acb8; --second: #b9a1ff; --ready: #7cb0ff29; --fall: #ff9a6259;`;
export const PICTURE_COLOURS = { light: LIGHT, dark: DARK };

const WRITERS = ['argocd', 'human', 'controller', 'rollouts', 'second'];

export const PICTURE_STYLE = `
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--soft); }
.axis path { stroke: var(--line); fill: none; }
.axis .grid { stroke-dasharray: 1 4; }
.ready { fill: var(--ready); }
.fall { stroke: var(--fall); stroke-width: 1; fill: none; }
.heal { fill: var(--argocd); }
.heal.failed { fill: none; stroke: var(--bad); stroke-width: 2; }
path.level { fill: none; stroke-width: 1.5; stroke-dasharray: 7 4; }
path.declared { stroke: var(--argocd); }
path.wanted { stroke: var(--hpa); stroke-dasharray: 2 3; stroke-width: 2; }
text.level { font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
text.declared { fill: var(--argocd); }
text.wanted { fill: var(--hpa); }
.steps path { fill: none; stroke-width: 2; stroke: var(--unknown); }
.marks * { fill: var(--unknown); stroke: var(--card); }
.steps .w-hpa, .steps .w-keda { stroke: var(--hpa); }
.marks .w-hpa, .marks .w-keda { fill: var(--hpa); }
${WRITERS.map((kind) => `.steps .w-${kind} { stroke: var(--${kind}); }\n.marks .w-${kind} { fill: var(--${kind}); }`).join('\n')}
.shown { fill: var(--ready); }
.bars { fill: var(--argocd); }
`;
