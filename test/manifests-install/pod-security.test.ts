/**
 * The pod against the restricted profile of the Pod Security Standards, control by control
 * (kubernetes.io/docs/concepts/security/pod-security-standards; kubernetes pod-security-admission policy/check_*.go).
 */
import { describe, expect, it } from 'vitest';
import { findObject, readManifests } from '../support/install-manifests.ts';

interface SecurityContext {
  readonly [field: string]: unknown;
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  readonly seccompProfile?: { readonly type?: string };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly securityContext?: SecurityContext;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly hostPort?: number }[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly [field: string]: unknown;
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext?: SecurityContext;
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

/** Volume types of the restricted profile (check_restrictedVolumes.go). */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** The controls that are broken, baseline and restricted, by the standard's names. */
function brokenControls(pod: PodSpec): string[] {
  const broken: string[] = [];
  const control = (name: string, holds: boolean) => holds || broken.push(name);
  const containers = [...pod.containers, ...(pod.initContainers ?? [])];
  const contexts = [pod.securityContext ?? {}, ...containers.map((container) => container.securityContext ?? {})];
  const everywhere = (holds: (context: SecurityContext) => boolean) =>
    containers.every(({ securityContext = {} }) => holds({ ...pod.securityContext, ...securityContext }));

  control('Host Namespaces', !['hostNetwork', 'hostPID', 'hostIPC'].some((field) => pod[field] === true));
  control('Privileged Containers', !contexts.some((context) => context['privileged'] === true));
  control(
    'Host Ports',
    containers.every(({ ports = [] }) => ports.every(({ hostPort = 0 }) => hostPort === 0)),
  );
  control('HostProcess', !contexts.some((context) => 'windowsOptions' in context));
  control('SELinux', !contexts.some((context) => 'seLinuxOptions' in context));
  control('AppArmor', !contexts.some((context) => 'appArmorProfile' in context));
  control('/proc Mount Type', !contexts.some((context) => 'procMount' in context));
  control('Sysctls', !contexts.some((context) => 'sysctls' in context));
  control(
    'Volume Types',
    (pod.volumes ?? []).every((volume) => Object.keys(volume).every((key) => key === 'name' || VOLUMES.includes(key))),
  );
  control(
    'Privilege Escalation',
    containers.every(({ securityContext }) => securityContext?.['allowPrivilegeEscalation'] === false),
  );
  control(
    'Running as Non-root',
    everywhere((context) => context['runAsNonRoot'] === true),
  );
  control('Running as Non-root user', !contexts.some((context) => context['runAsUser'] === 0));
  control(
    'Seccomp',
    everywhere(({ seccompProfile }) => ['RuntimeDefault', 'Localhost'].includes(seccompProfile?.type ?? '')),
  );
  control(
    'Capabilities',
    containers.every(({ securityContext }) => {
      const { drop = [], add = [] } = securityContext?.capabilities ?? {};
      return drop.includes('ALL') && add.every((capability) => capability === 'NET_BIND_SERVICE');
    }),
  );
  return broken;
}

const objects = readManifests().flatMap((file) => file.objects);
const { template, replicas } = findObject(objects, 'Deployment', 'tugwatch').spec as {
  readonly replicas: number;
  readonly template: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: PodSpec };
};
const pod = template.spec;
const [container] = pod.containers as readonly [Container];

describe('the pod of the daemon', () => {
  it('passes the restricted profile, which its namespace enforces', () => {
    expect(brokenControls(pod)).toEqual([]);
    const { labels } = findObject(objects, 'Namespace', 'tugwatch').metadata;
    expect(labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  it('would be found out by each control', () => {
    const loose: PodSpec = {
      hostNetwork: true,
      securityContext: { seLinuxOptions: {}, appArmorProfile: {}, sysctls: [], windowsOptions: {}, runAsUser: 0 },
      volumes: [{ name: 'host', hostPath: { path: '/' } }],
      containers: [
        {
          name: 'loose',
          image: 'loose',
          ports: [{ containerPort: 80, hostPort: 80 }],
          securityContext: { privileged: true, procMount: 'Unmasked', capabilities: { add: ['SYS_ADMIN'] } },
        },
      ],
    };
    expect(brokenControls(loose)).toHaveLength(14);
  });

  it('writes to no file: its checkpoint is in the ConfigMap that its Role names', () => {
    expect(container.securityContext?.['readOnlyRootFilesystem']).toBe(true);
    expect([container.volumeMounts ?? [], pod.volumes ?? []]).toEqual([[], []]);
    const name = container.env?.find((one) => one.name === 'TUGWATCH_CHECKPOINT_CONFIG_MAP')?.value;
    const { rules } = findObject(objects, 'Role', 'tugwatch');
    expect(rules).toContainEqual({
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: [name],
      verbs: ['get', 'patch'],
    });
  });

  it('gets the token that its ServiceAccount gives to no other pod', () => {
    expect(pod['serviceAccountName']).toBe('tugwatch');
    expect(pod['automountServiceAccountToken']).toBe(true);
    expect(findObject(objects, 'ServiceAccount', 'tugwatch')).toMatchObject({ automountServiceAccountToken: false });
  });

  it('is probed where the daemon answers, on the port that its Service and its policies name', () => {
    const port = container.ports?.find(({ name }) => name === 'http')?.containerPort;
    expect(port).toBe(8080);
    expect(container).toMatchObject({
      startupProbe: { httpGet: { path: '/livez', port: 'http' } },
      livenessProbe: { httpGet: { path: '/livez', port: 'http' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
    });
    const service = findObject(objects, 'Service', 'tugwatch').spec as { selector: object; ports: object[] };
    expect(template.metadata.labels).toMatchObject(service.selector);
    expect(service.ports).toMatchObject([{ name: 'http', targetPort: 'http' }]);
    for (const name of ['tugwatch', 'tugwatch-scrape']) {
      const policy = findObject(objects, 'NetworkPolicy', name).spec as { podSelector: { matchLabels: object } };
      expect(template.metadata.labels, name).toMatchObject(policy.podSelector.matchLabels);
    }
    const scrape = findObject(objects, 'NetworkPolicy', 'tugwatch-scrape').spec;
    expect(scrape).toMatchObject({ ingress: [{ ports: [{ port }] }] });
  });

  it('is two of which one writes, on two nodes where there are two, and a new one is there before an old one goes', () => {
    expect(replicas).toBe(2);
    expect(findObject(objects, 'Deployment', 'tugwatch').spec).toMatchObject({ strategy: { type: 'RollingUpdate' } });
    const spread = pod['topologySpreadConstraints'] as readonly { labelSelector: { matchLabels: object } }[];
    expect(spread).toMatchObject([{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }]);
    expect(template.metadata.labels).toMatchObject(spread[0]?.labelSelector.matchLabels ?? { none: '' });
  });

  it('tells each replica which it is, and where the Lease between them lives', () => {
    expect(container.env).toEqual(
      expect.arrayContaining([
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      ]),
    );
  });

  it('may be evicted: its budget keeps no node from being drained', () => {
    const { spec } = findObject(objects, 'PodDisruptionBudget', 'tugwatch') as unknown as {
      spec: { maxUnavailable: number; selector: { matchLabels: object } };
    };
    expect(spec.maxUnavailable).toBe(1);
    expect(template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  });
});
