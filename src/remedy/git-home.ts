/** Where in Git a change belongs, as far as the cluster shows it. */
import type { ApplicationFact } from '../model/facts.ts';
import { applicationLabel, type Situation } from './situation.ts';
import { sourceOfTool } from './tools.ts';

/** Where the configuration of the Application is kept: 'the template of ApplicationSet argocd/fleet, in …'. */
export function gitHome(situation: Situation): string {
  const [near, above] = situation.owners;
  if (near === undefined) return `the manifest of ${applicationLabel(situation)}`;
  if (near.kind === 'ApplicationSet') {
    const set = `the template of ApplicationSet ${near.namespace}/${near.name}`;
    if (above === undefined) return set;
    return above.fact?.fact === 'application'
      ? `${set}, in ${sourcesOf(above.fact)}`
      : `${set}, in ${sourceOfTool(above.kind) ?? `the Git source of ${above.kind} ${above.name}`}`;
  }
  const tool = sourceOfTool(near.kind);
  if (tool !== null) return tool;
  return near.fact?.fact === 'application'
    ? `the manifest of ${applicationLabel(situation)}, in ${sourcesOf(near.fact)}`
    : `the manifest of ${applicationLabel(situation)}, in the Git source of Application ${near.namespace}/${near.name}`;
}

/** 'https://git.example.com/shop.git web': repositories and paths of an Application; the dry source where it is hydrated. */
export function sourcesOf(app: ApplicationFact): string {
  const sources = app.sources
    .map(({ repoURL, path }) => (path === '' ? repoURL : `${repoURL} ${path}`))
    .filter((text) => text !== '');
  return sources.length === 0
    ? `the Git source of Application ${app.ref.namespace}/${app.ref.name}`
    : sources.join(' and ');
}
