/**
 * How the server merges and owns the parts of an object: which lists are keyed, which are sets, which values are one
 * piece (x-kubernetes-list-type, x-kubernetes-list-map-keys and x-kubernetes-map-type of the published OpenAPI). Lists
 * that are not named here are one piece, maps are owned key by key.
 */
export interface FieldSchema {
  /** One piece: owned and replaced as a whole. */
  readonly atomic?: true;
  /** A list of scalars owned one by one. */
  readonly set?: true;
  /** A list of objects told apart by these keys; the first is also the strategic-merge key. */
  readonly keys?: readonly string[];
  readonly fields?: { readonly [name: string]: FieldSchema };
  readonly items?: FieldSchema;
}

const ATOMIC: FieldSchema = { atomic: true };

const META: FieldSchema = {
  fields: { finalizers: { set: true }, ownerReferences: { keys: ['uid'], items: ATOMIC } },
};

const CONDITIONS: FieldSchema = { keys: ['type'] };

const CONTAINERS: FieldSchema = {
  keys: ['name'],
  items: {
    fields: {
      env: { keys: ['name'] },
      ports: { keys: ['containerPort', 'protocol'] },
      volumeMounts: { keys: ['mountPath'] },
      volumeDevices: { keys: ['devicePath'] },
    },
  },
};

const POD_SPEC: FieldSchema = {
  fields: {
    containers: CONTAINERS,
    initContainers: CONTAINERS,
    ephemeralContainers: CONTAINERS,
    volumes: { keys: ['name'] },
    imagePullSecrets: { keys: ['name'] },
    hostAliases: { keys: ['ip'] },
    topologySpreadConstraints: { keys: ['topologyKey', 'whenUnsatisfiable'] },
    nodeSelector: ATOMIC,
  },
};

const POD_TEMPLATE: FieldSchema = { fields: { metadata: META, spec: POD_SPEC } };

/** Deployment, ReplicaSet, StatefulSet, DaemonSet. */
export const WORKLOAD_SCHEMA: FieldSchema = {
  fields: {
    metadata: META,
    spec: { fields: { selector: ATOMIC, template: POD_TEMPLATE } },
    status: { fields: { conditions: CONDITIONS } },
  },
};

/** Argo Rollout: its CRD copies the pod template's keys, its conditions are one piece (seen in recordings). */
export const ROLLOUT_SCHEMA: FieldSchema = {
  fields: { metadata: META, spec: { fields: { selector: ATOMIC, template: POD_TEMPLATE } } },
};

export const POD_SCHEMA: FieldSchema = {
  fields: {
    metadata: META,
    spec: POD_SPEC,
    status: { fields: { conditions: CONDITIONS, podIPs: { keys: ['ip'] } } },
  },
};

export const HPA_SCHEMA: FieldSchema = {
  fields: { metadata: META, status: { fields: { conditions: CONDITIONS } } },
};

export const SERVICE_SCHEMA: FieldSchema = {
  fields: {
    metadata: META,
    spec: { fields: { ports: { keys: ['port', 'protocol'] }, selector: ATOMIC } },
  },
};

export const WEBHOOKS_SCHEMA: FieldSchema = { fields: { metadata: META, webhooks: { keys: ['name'] } } };

export const EVENT_SCHEMA: FieldSchema = { fields: { metadata: META, involvedObject: ATOMIC } };

/** A custom resource, or a built-in without keyed lists. */
export const PLAIN_SCHEMA: FieldSchema = { fields: { metadata: META } };

/** The schema of a child of a map. */
export function schemaOfField(schema: FieldSchema | undefined, name: string): FieldSchema | undefined {
  return schema?.fields?.[name];
}
