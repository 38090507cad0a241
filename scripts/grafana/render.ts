/** The dashboards as the files that Grafana imports: classic JSON. */
import { DEFAULT_SETTINGS } from '../alerting/alert.ts';
import type { Addresses } from './frame.ts';
import { overviewDashboard } from './overview.ts';
import { workloadDashboard } from './workload.ts';

export const DEFAULT_ADDRESSES: Addresses = {
  // As the runbooks forward it.
  tugwatch: 'http://localhost:8080',
  argocd: 'https://argocd.example.com',
  runbooks: DEFAULT_SETTINGS.runbooks,
};

/** File name to text. */
export function renderDashboards(addresses: Addresses = DEFAULT_ADDRESSES): ReadonlyMap<string, string> {
  const files = [
    ['overview.json', overviewDashboard(addresses)],
    ['workload.json', workloadDashboard(addresses)],
  ] as const;
  return new Map(files.map(([file, dashboard]) => [file, `${print(dashboard)}\n`]));
}

/** As Biome formats JSON, which checks all of it here: a list of plain values stands on one line. */
function print(value: object): string {
  const plain = String.raw`(?:"(?:[^"\\]|\\.)*"|[\d.]+)`;
  const list = new RegExp(String.raw`\[\n\s+(${plain}(?:,\n\s+${plain})*)\n\s+\]`, 'g');
  return JSON.stringify(value, null, 2).replace(list, (_, items: string) => `[${items.replace(/,\n\s+/g, ', ')}]`);
}
