/**
 * Tools outside Argo CD that own Applications, by the names they leave in metadata.managedFields. kubectl is none: it is
 * how a manifest gets into the cluster, and the manifest belongs to the Application itself.
 */
import type { FieldOwner } from '../model/facts.ts';
import type { Fate } from './ownership.ts';

export interface Tool {
  readonly kind: string;
  /** What it does to a live edit of something it declares. */
  readonly fate: Fate;
  /** When it writes next: 'the next helm upgrade'. */
  readonly when: string;
  /** Where its configuration is kept. */
  readonly source: string;
}

const TOOLS: readonly (readonly [RegExp, Tool])[] = [
  // kustomize-controller applies server-side at every interval and takes its fields back (fluxcd/kustomize-controller).
  [
    /^kustomize-controller$/,
    {
      kind: 'Flux',
      fate: 'undone',
      when: 'its next reconciliation, within minutes',
      source: 'the Git source of the Flux Kustomization',
    },
  ],
  [
    /^helm-controller$/,
    {
      kind: 'Flux',
      fate: 'until-next-sync',
      when: 'its next release or drift correction',
      source: 'the values of the Flux HelmRelease',
    },
  ],
  [
    /^helm$/i,
    {
      kind: 'Helm',
      fate: 'until-next-sync',
      when: 'the next helm upgrade',
      source: 'the values or templates of the Helm release',
    },
  ],
  [
    /terraform|hashicorp|opentofu/i,
    {
      kind: 'Terraform',
      fate: 'until-next-sync',
      when: 'the next terraform apply',
      source: 'the Terraform configuration',
    },
  ],
  [/^pulumi/i, { kind: 'Pulumi', fate: 'until-next-sync', when: 'the next pulumi up', source: 'the Pulumi program' }],
  [
    /crossplane/i,
    { kind: 'Crossplane', fate: 'undone', when: 'its next reconciliation', source: 'the Crossplane composition' },
  ],
];

/** The tool behind a field manager; null for people, for Argo CD itself, and for names that say nothing. */
export function toolOf(owner: FieldOwner): Tool | null {
  return TOOLS.find(([pattern]) => pattern.test(owner.manager))?.[1] ?? null;
}

/** Where the configuration of a tool of this kind is kept; null for a kind that is none. */
export function sourceOfTool(kind: string): string | null {
  return TOOLS.find(([, tool]) => tool.kind === kind)?.[1].source ?? null;
}
