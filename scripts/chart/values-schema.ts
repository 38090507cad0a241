/**
 * values.schema.json of the Helm chart: what values.yaml may hold. Helm refuses what does not fit before it renders. The
 * shapes that are Kubernetes' own (affinity, volumes, probes …) are left to the API server.
 */
import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';

/** What the chart decides by values of its own: two places for one setting would contradict each other. */
const CHART_DECIDES = [
  'host',
  'port',
  'namespace',
  'argocdNamespace',
  'kubeconfig',
  'context',
  'checkpointFile',
  'checkpointConfigMap',
  'leaseName',
  'leaseNamespace',
  'remediationMode',
  'tlsCertFile',
  'tlsKeyFile',
  'metricsAuth',
  'pageAuth',
];

const text = z.string();
/** A name that a namespace can have (RFC 1123 label), or none. */
const namespace = z.string().regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/);
const labels = z.record(z.string(), z.string());
const map = z.looseObject({});
const list = z.array(map);
const port = z.int().min(1).max(65_535);
/** As Prometheus reads it: 90s, 1h30m; '' is none. */
const duration = z.string().regex(/^(([0-9]+(ms|[smhdwy]))+)?$/);

/** Every value may be left out and set to null, which takes the default away; no name beside these. */
function values<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape).partial();
}

/** `--set` makes a text of 0.5. */
const number = z.union([z.number().min(0), z.string().regex(/^[0-9]+([.][0-9]+)?$/)]);

function alert(hasThreshold: boolean) {
  return values({
    enabled: z.boolean(),
    severity: z.string().min(1),
    for: duration,
    keepFiringFor: duration,
    labels,
    ...(hasThreshold ? { threshold: number } : {}),
  });
}

/** `alerts`: each alert's name, and whether it has a threshold. */
function chartValues(alerts: ReadonlyMap<string, boolean>) {
  return values({
    // Helm hands these to every chart.
    global: map,
    nameOverride: text,
    fullnameOverride: text,
    commonLabels: labels,
    image: values({
      repository: z.string().min(1),
      tag: text,
      digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/),
      pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
      pullSecrets: z.array(text),
    }),
    replicas: z.int().min(0),
    settings: map,
    settingsSecret: text,
    secretFiles: text,
    scope: values({ namespace, argocdNamespace: namespace }),
    remediation: values({ enabled: z.boolean() }),
    secureMetrics: values({
      enabled: z.boolean(),
      secretName: z.string().min(1),
      metricsAuth: configSchema.shape.metricsAuth.unwrap(),
      pageAuth: configSchema.shape.pageAuth.unwrap(),
    }),
    rbac: values({ create: z.boolean(), lensAllKinds: z.boolean() }),
    serviceAccount: values({ create: z.boolean(), name: text, annotations: labels }),
    namespace: values({ create: z.boolean() }),
    service: values({ type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']), port, annotations: labels }),
    networkPolicy: values({
      enabled: z.boolean(),
      apiServerPorts: z.array(port).min(1),
      apiServerCidrs: z.array(text),
      dns: z.boolean(),
      ingress: list,
      egress: list,
    }),
    podDisruptionBudget: values({
      enabled: z.boolean(),
      maxUnavailable: z.union([z.int().min(1), z.string().regex(/^[1-9][0-9]*%$/)]),
    }),
    argocdExtension: values({ enabled: z.boolean(), argocdNamespace: namespace.min(1) }),
    serviceMonitor: values({
      enabled: z.boolean(),
      labels,
      namespace,
      interval: duration,
      scrapeTimeout: duration,
      relabelings: list,
      metricRelabelings: list,
      scraperLabels: labels,
    }),
    dashboards: values({ enabled: z.boolean(), labels, annotations: labels, namespace }),
    prometheusRule: values({
      enabled: z.boolean(),
      labels,
      namespace,
      alertLabels: labels,
      job: z.string().min(1),
      runbooks: text,
      grafana: text,
      alerts: values(Object.fromEntries([...alerts].map(([name, hasThreshold]) => [name, alert(hasThreshold)]))),
    }),
    podSecurityContext: map,
    resources: map,
    startupProbe: map,
    livenessProbe: map,
    readinessProbe: map,
    stateVolume: map,
    annotations: labels,
    podAnnotations: labels,
    podLabels: labels,
    nodeSelector: labels,
    tolerations: list,
    affinity: map,
    topologySpreadConstraints: list,
    priorityClassName: text,
    extraArgs: z.array(text),
    extraEnv: list,
    extraVolumes: list,
    extraVolumeMounts: list,
  });
}

/** JSON, draft 7: what every Helm since 3.0 understands. */
export function renderValuesSchema(alerts: ReadonlyMap<string, boolean>): string {
  const schema = z.toJSONSchema(chartValues(alerts), { target: 'draft-7', io: 'input' }) as {
    properties: Record<string, object>;
  };
  schema.properties['settings'] = settingsSchema();
  // A tenant's installation needs both names: with one alone the daemon would look for Applications everywhere.
  const both = { properties: { argocdNamespace: { minLength: 1 } }, required: ['argocdNamespace'] };
  const scope = schema.properties['scope'] as object;
  schema.properties['scope'] = {
    ...scope,
    if: { properties: { namespace: { minLength: 1 } }, required: ['namespace'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: both,
    else: { properties: { argocdNamespace: { maxLength: 0 } } },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The daemon's own settings file, without what the chart decides. */
function settingsSchema(): object {
  const { $schema: _, ...schema } = z.toJSONSchema(configSchema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  });
  const properties = Object.entries(schema.properties ?? {}).filter(([key]) => !CHART_DECIDES.includes(key));
  return { ...schema, properties: Object.fromEntries(properties) };
}
