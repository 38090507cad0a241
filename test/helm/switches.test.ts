/** What each value of the chart does, seen in what helm renders. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { helm, NO_HELM, type Release, renderChart } from '../support/helm.ts';
import { findObject, type ManifestObject } from '../support/install-manifests.ts';

interface Pod {
  readonly metadata: { readonly labels: object; readonly annotations?: object };
  readonly spec: {
    readonly securityContext: object;
    readonly volumes: readonly object[];
    readonly containers: readonly [
      { readonly image: string; readonly args: readonly string[]; readonly env: readonly object[] },
    ];
  };
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: object;
  readonly annotations: Readonly<Record<string, string>>;
}

const podOf = (objects: readonly ManifestObject[], name = 'tugwatch') =>
  (findObject(objects, 'Deployment', name).spec as { template: Pod }).template;
const names = (objects: readonly ManifestObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

function rulesOf(prometheusRule: object): Rule[] {
  const objects = renderChart({ values: { prometheusRule: { enabled: true, ...prometheusRule } } });
  const { spec } = findObject(objects, 'PrometheusRule', 'tugwatch') as unknown as {
    spec: { groups: { rules: Rule[] }[] };
  };
  return spec.groups.flatMap(({ rules }) => rules);
}

const ruleOf = (rules: readonly Rule[], name: string) => rules.find(({ alert }) => alert === name);

describe.runIf(NO_HELM === null)(`the chart (${NO_HELM ?? 'rendered by helm'})`, () => {
  it('passes helm lint without a warning', () => {
    const { code, stdout } = helm('lint', '--strict', 'manifests/helm/tugwatch');
    expect(stdout).toContain('0 chart(s) failed');
    expect(stdout).not.toMatch(/WARNING|ERROR/);
    expect(code).toBe(0);
  });

  it('names everything after a release that is not called like it', () => {
    const objects = renderChart({ name: 'blue', namespace: 'ops' });
    for (const { kind, metadata } of objects) {
      expect(metadata.name, kind).toMatch(/^blue-tugwatch/);
      if (!kind.startsWith('Cluster')) expect(metadata.namespace, kind).toBe('ops');
    }
    expect(findObject(objects, 'ClusterRoleBinding', 'blue-tugwatch')).toMatchObject({
      roleRef: { name: 'blue-tugwatch' },
      subjects: [{ name: 'blue-tugwatch', namespace: 'ops' }],
    });
  });

  it('selects its own pods and not those of another release beside it', () => {
    const objects = renderChart({ name: 'blue' });
    const { selector } = findObject(objects, 'Service', 'blue-tugwatch').spec as { selector: object };
    expect(selector).toMatchObject({ 'app.kubernetes.io/instance': 'blue' });
    expect(podOf(objects, 'blue-tugwatch').metadata.labels).toMatchObject(selector);
  });

  it('takes the image by tag or by digest, and the digest wins', () => {
    const image = (values: object) => podOf(renderChart({ values: { image: values } })).spec.containers[0].image;
    const repository = 'registry.example/tools/tugwatch';
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(image({ repository, tag: '1.2.3' })).toBe(`${repository}:1.2.3`);
    expect(image({ repository, tag: '1.2.3', digest })).toBe(`${repository}@${digest}`);
  });

  it('hands settings to the daemon as a file that it can read again, and restarts nothing for them', () => {
    const settings = { logLevel: 'debug', remediationNamespaces: ['shop', 'team-*'] };
    const objects = renderChart({ values: { settings } });
    const { data } = findObject(objects, 'ConfigMap', 'tugwatch-settings') as unknown as {
      data: { [file: string]: string };
    };
    expect(parse(data['tugwatch.yaml'] ?? '')).toEqual(settings);
    const pod = podOf(objects);
    expect(pod.spec.containers[0].args).toEqual(['run', '--config=/etc/tugwatch/settings/tugwatch.yaml']);
    // A whole folder: what is mounted by subPath never changes.
    expect(pod.spec.containers[0]).toMatchObject({
      volumeMounts: expect.arrayContaining([{ name: 'settings', mountPath: '/etc/tugwatch/settings', readOnly: true }]),
    });
    expect(podOf(renderChart({ values: { settings: { logLevel: 'info' } } }))).toEqual(pod);
  });

  it('lets a tenant patch Applications only where they are', () => {
    const scope = { namespace: 'shop', argocdNamespace: 'argocd' };
    const objects = renderChart({ values: { scope, remediation: { enabled: true } } });
    expect(objects.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
    const writing = objects.flatMap(({ kind, metadata, rules = [] }) =>
      rules
        .filter(({ verbs }) => !verbs.includes('list'))
        .map(({ resources }) => `${kind} ${metadata.namespace}/${metadata.name}: ${resources.join()}`),
    );
    expect(writing.sort()).toEqual([
      'Role argocd/tugwatch-argo-cd: events',
      'Role argocd/tugwatch-remediation: applications,applicationsets',
      'Role shop/tugwatch-workloads: events',
      'Role tugwatch/tugwatch: configmaps',
      'Role tugwatch/tugwatch: configmaps',
      'Role tugwatch/tugwatch: leases',
      'Role tugwatch/tugwatch: leases',
    ]);
  });

  it('tells verdicts as Events, unless the settings say otherwise', () => {
    const switched = (settings: object) =>
      JSON.stringify(findObject(renderChart({ values: { settings } }), 'Deployment', 'tugwatch')).includes(
        'TUGWATCH_EVENTS',
      );
    expect(switched({})).toBe(true);
    expect(switched({ events: 'none' })).toBe(false);
  });

  it('grants nothing where rights are given otherwise, and uses the account that is named', () => {
    const values = { rbac: { create: false }, serviceAccount: { create: false, name: 'watcher' } };
    const objects = renderChart({ values });
    expect(names(objects).sort()).toEqual([
      'Deployment tugwatch',
      'NetworkPolicy tugwatch',
      'PodDisruptionBudget tugwatch',
      'Service tugwatch',
    ]);
    expect(podOf(objects).spec).toMatchObject({ serviceAccountName: 'watcher' });
  });

  it('takes settings from a Secret in place of a ConfigMap, and hands over files for receivers', () => {
    const objects = renderChart({ values: { settingsSecret: 'mine', secretFiles: 'keys' } });
    expect(names(objects)).not.toContain('ConfigMap tugwatch-settings');
    const { spec } = podOf(objects);
    expect(spec.containers[0].args).toEqual(['run', '--config=/etc/tugwatch/settings/tugwatch.yaml']);
    expect(spec.volumes).toEqual([
      { name: 'settings', secret: { secretName: 'mine', defaultMode: 0o440 } },
      { name: 'secrets', secret: { secretName: 'keys', defaultMode: 0o440 } },
    ]);
    expect(spec.containers[0]).toMatchObject({
      volumeMounts: [
        { name: 'settings', mountPath: '/etc/tugwatch/settings' },
        { name: 'secrets', mountPath: '/etc/tugwatch/secrets' },
      ],
    });
  });

  it('lets OpenShift pick the user', () => {
    const podSecurityContext = { runAsUser: null, runAsGroup: null, fsGroup: null };
    const { securityContext } = podOf(renderChart({ values: { podSecurityContext } })).spec;
    expect(Object.keys(securityContext).sort()).toEqual(['runAsNonRoot', 'seccompProfile']);
  });

  it('has Prometheus bring a token, or none, and speak with the name in the certificate', () => {
    const endpoint = (secureMetrics: object) => {
      const values = { serviceMonitor: { enabled: true }, secureMetrics: { enabled: true, ...secureMetrics } };
      const objects = renderChart({ name: 'blue', namespace: 'ops', values });
      const { spec } = findObject(objects, 'ServiceMonitor', 'blue-tugwatch') as unknown as {
        spec: { endpoints: [{ bearerTokenFile?: string; tlsConfig: object }] };
      };
      return spec.endpoints[0];
    };
    expect(endpoint({ secretName: 'mine' })).toMatchObject({
      bearerTokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      tlsConfig: { ca: { secret: { name: 'mine' } }, serverName: 'blue-tugwatch.ops.svc' },
    });
    expect(endpoint({ metricsAuth: 'none' })).not.toHaveProperty('bearerTokenFile');
  });

  it('keeps the checkpoint on a claim where one is named', () => {
    const stateVolume = { persistentVolumeClaim: { claimName: 'tugwatch' } };
    const { volumes, containers } = podOf(renderChart({ values: { stateVolume } })).spec;
    expect(volumes).toEqual([{ name: 'state', persistentVolumeClaim: { claimName: 'tugwatch' } }]);
    const settings = containers[0].env.map((one) => (one as { name: string }).name);
    expect(settings).toContain('TUGWATCH_CHECKPOINT_FILE');
    expect(settings).not.toContain('TUGWATCH_CHECKPOINT_CONFIG_MAP');
  });

  it('elects over a Lease and keeps a checkpoint that are named after the release, and may write no other', () => {
    const objects = renderChart({ name: 'blue', namespace: 'ops' });
    expect(podOf(objects, 'blue-tugwatch').spec.containers[0].env).toEqual(
      expect.arrayContaining([
        { name: 'TUGWATCH_LEASE_NAME', value: 'blue-tugwatch' },
        { name: 'TUGWATCH_CHECKPOINT_CONFIG_MAP', value: 'blue-tugwatch-checkpoint' },
      ]),
    );
    const { metadata, rules = [] } = findObject(objects, 'Role', 'blue-tugwatch');
    expect(metadata.namespace).toBe('ops');
    expect(rules.flatMap(({ resourceNames = [] }) => resourceNames)).toEqual([
      'blue-tugwatch',
      'blue-tugwatch-checkpoint',
    ]);
  });

  it('narrows the network policy to an API server that is known', () => {
    const networkPolicy = { apiServerPorts: [8443], apiServerCidrs: ['10.0.0.1/32'] };
    expect(findObject(renderChart({ values: { networkPolicy } }), 'NetworkPolicy', 'tugwatch').spec).toMatchObject({
      ingress: [],
      egress: [{ ports: [{ port: 8443 }], to: [{ ipBlock: { cidr: '10.0.0.1/32' } }] }],
    });
    const receivers = [{ name: 'team', type: 'slack', urlFile: '/etc/tugwatch/secrets/slack-url', on: ['resolved'] }];
    for (const values of [{ networkPolicy: { dns: true } }, { settings: { receivers } }]) {
      expect(findObject(renderChart({ values }), 'NetworkPolicy', 'tugwatch').spec).toMatchObject({
        egress: [
          {},
          {
            ports: [
              { protocol: 'UDP', port: 53 },
              { protocol: 'TCP', port: 53 },
            ],
          },
        ],
      });
    }
    const without: Release = { values: { networkPolicy: { enabled: false }, serviceMonitor: { enabled: true } } };
    expect(names(renderChart(without)).filter((name) => name.startsWith('NetworkPolicy'))).toEqual([]);
  });

  it('switches an alert off, alone', () => {
    const all = rulesOf({}).map(({ alert }) => alert);
    const fewer = rulesOf({ alerts: { TugwatchLatentRisk: { enabled: false } } }).map(({ alert }) => alert);
    expect(fewer).toEqual(all.filter((alert) => alert !== 'TugwatchLatentRisk'));
  });

  it('sets threshold, severity, times and labels of one alert, and labels of all', () => {
    const changed = { threshold: 0.5, severity: 'page', for: '10m', keepFiringFor: '', labels: { team: 'shop' } };
    const rules = rulesOf({ alertLabels: { team: 'platform' }, alerts: { TugwatchCapacityShort: changed } });
    const rule = ruleOf(rules, 'TugwatchCapacityShort');
    expect(rule).toMatchObject({ for: '10m', labels: { severity: 'page', team: 'shop' } });
    expect(rule).not.toHaveProperty('keep_firing_for');
    expect(rule?.expr).toMatch(/> 0\.5$/);
    expect(ruleOf(rules, 'TugwatchDown')?.labels).toEqual({ severity: 'warning', team: 'platform' });
  });

  it('leads to your runbooks and your Grafana, and knows Tugwatch by your job', () => {
    const rules = rulesOf({ job: 'ops/.*', runbooks: 'https://wiki.example/', grafana: 'https://grafana.example' });
    expect(ruleOf(rules, 'TugwatchDown')?.expr).toContain('job=~"ops/.*"');
    for (const { alert, annotations } of rules) {
      expect(annotations['runbook_url']).toBe(`https://wiki.example/${alert}`);
      expect(annotations['dashboard_url']).toMatch(/^https:\/\/grafana\.example\/d\//);
    }
    expect(JSON.stringify(rules)).not.toContain('__');
  });

  it('tells the next three commands, with the names they have', () => {
    const { stdout } = helm('install', 'blue', 'manifests/helm/tugwatch', '--dry-run=client', '-n', 'ops');
    const notes = stdout.slice(stdout.indexOf('NOTES:'));
    expect(notes).toContain('kubectl -n ops rollout status deployment/blue-tugwatch');
    expect(notes).toContain('kubectl -n ops port-forward service/blue-tugwatch 8080:8080');
    expect(notes).toContain('--as=system:serviceaccount:ops:blue-tugwatch');
  });
});

describe.runIf(NO_HELM === null)('bad values are refused with what and where', () => {
  it.each([
    [{ replicas: 'two' }, "at '/replicas': got string, want integer"],
    [{ image: { tagg: '1.0.0' } }, "at '/image': additional properties 'tagg' not allowed"],
    [{ image: { digest: 'sha256:short' } }, "at '/image/digest'"],
    [{ settings: { logLevel: 'loud' } }, "at '/settings/logLevel': value must be one of 'fatal'"],
    [{ settings: { port: 80 } }, "at '/settings': additional properties 'port' not allowed"],
    [{ settings: { seriesLimit: 0 } }, "at '/settings/seriesLimit': minimum: got 0, want 1"],
    [{ scope: { namespace: 'shop' } }, "at '/scope/argocdNamespace': minLength: got 0, want 1"],
    [{ scope: { namespace: 'Shop', argocdNamespace: 'argocd' } }, "at '/scope/namespace'"],
    [{ prometheusRule: { alerts: { Tugwatch: {} } } }, "at '/prometheusRule/alerts': additional properties 'Tugwatch'"],
    [{ prometheusRule: { alerts: { TugwatchDown: { for: 'soon' } } } }, "at '/prometheusRule/alerts/TugwatchDown/for'"],
    [{ podDisruptionBudget: { maxUnavailable: 0 } }, 'minimum: got 0, want 1'],
    [{ settings: { logLevel: 'info' }, settingsSecret: 'mine' }, 'settings and settingsSecret are both given'],
    [{ serviceAccount: { create: false } }, 'serviceAccount.name is needed where serviceAccount.create is false'],
    [
      { scope: { namespace: 'shop', argocdNamespace: 'argocd' }, rbac: { lensAllKinds: true } },
      'rbac.lensAllKinds reads the whole cluster and scope.namespace one namespace: use one of them',
    ],
  ])('%j', (values, message) => {
    expect(() => renderChart({ values })).toThrow(message);
  });
});
