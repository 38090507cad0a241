/** The kinds that a real API server without built-in ones is taught: those of Argo CD, KEDA and others, and leases. */

interface Definition {
  /** '/apis/argoproj.io/v1alpha1/rollouts' */
  readonly collection: string;
  /** The CustomResourceDefinition. */
  readonly body: object;
}

interface KindOptions {
  /** Writes to .status go through /status only, and leave the generation alone. */
  readonly status?: boolean;
  readonly scale?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** As the charts of Argo CD and KEDA define them, but for the schema, which is left open. */
export const CUSTOM_KINDS: readonly Definition[] = [
  // An Application has no status subresource: Argo CD writes status and operation into the object itself.
  define('argoproj.io', 'v1alpha1', 'applications', 'Application'),
  define('argoproj.io', 'v1alpha1', 'rollouts', 'Rollout', { status: true, scale: true }),
  define('keda.sh', 'v1alpha1', 'scaledobjects', 'ScaledObject', { status: true }),
  define('apps.kruise.io', 'v1alpha1', 'clonesets', 'CloneSet', { status: true, scale: true }),
  define('coordination.k8s.io', 'v1', 'leases', 'Lease', {
    // The group belongs to Kubernetes, and what defines a kind in it has to say that it knows.
    annotations: { 'api-approved.kubernetes.io': 'unapproved' },
  }),
];

function define(
  group: string,
  version: string,
  plural: string,
  kind: string,
  { status = false, scale = false, annotations = {} }: KindOptions = {},
): Definition {
  const paths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
  const subresources = {
    ...(status ? { status: {} } : {}),
    ...(scale ? { scale: { ...paths, labelSelectorPath: '.status.selector' } } : {}),
  };
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const replicas = { type: 'integer', format: 'int32' };
  const spec = scale ? { ...open, properties: { replicas } } : open;
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, annotations },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources,
          schema: { openAPIV3Schema: { ...open, properties: { spec } } },
        },
      ],
    },
  };
  return { collection: `/apis/${group}/${version}/${plural}`, body };
}
