/**
 * The file that argocd-server serves as extensions.js: registers the item of the status panel and a tab on workloads.
 * One plain script, with React taken from the page.
 */
import { makeComponents } from './components.ts';
import type { Host } from './host.ts';

const WORKLOADS = [
  ['apps', 'Deployment'],
  ['apps', 'StatefulSet'],
  ['argoproj.io', 'Rollout'],
] as const;

const host = globalThis as unknown as Partial<Host>;
if (host.React === undefined || host.extensionsAPI === undefined) {
  console.error('Tugwatch: this is a UI extension of Argo CD 2.4 or newer, and there is no extensionsAPI here.');
} else {
  const { status, flyout, tab } = makeComponents({ React: host.React, extensionsAPI: host.extensionsAPI });
  for (const [group, kind] of WORKLOADS)
    host.extensionsAPI.registerResourceExtension(tab, group, kind, 'Conflicts', { icon: 'fa-people-pulling' });
  host.extensionsAPI.registerStatusPanelExtension?.(status, 'Conflict', 'tugwatch', flyout);
}
