/** ConfigMaps argocd-cm and argocd-cmd-params-cm (argo-cd util/settings/settings.go). */
import { parse } from 'yaml';
import type { ArgoSettingsFact, FactBase, IgnoreRule, Json } from '../../model/facts.ts';
import { readCoverage } from './ignore-rules.ts';
import { DEFAULT_SETTINGS } from './metadata.ts';
import { asObject, type JsonObject, objectAt, pick, textAt } from './read-json.ts';

const SPLIT_KEY = 'resource.customizations.ignoreDifferences.';
const LEGACY_KEY = 'resource.customizations';

/** null for every other ConfigMap: their content is none of our business unless a lens is opened on one. */
export function projectArgoSettings(raw: JsonObject, base: FactBase): ArgoSettingsFact | null {
  const source = base.ref.name;
  if (source !== 'argocd-cm' && source !== 'argocd-cmd-params-cm') return null;
  const data = objectAt(raw, 'data') ?? {};
  return {
    fact: 'argosettings',
    ...base,
    source,
    trackingMethod: readTrackingMethod(data),
    instanceLabelKey: textAt(data, 'application.instanceLabelKey') || DEFAULT_SETTINGS.instanceLabelKey,
    installationId: textAt(data, 'installationID'),
    systemRules: readSystemRules(data),
    selfHeal: {
      timeoutSeconds: readSeconds(data, 'controller.self.heal.timeout.seconds'),
      backoffTimeoutSeconds: readSeconds(data, 'controller.self.heal.backoff.timeout.seconds'),
      backoffFactor: readSeconds(data, 'controller.self.heal.backoff.factor'),
      backoffCapSeconds: readSeconds(data, 'controller.self.heal.backoff.cap.seconds'),
    },
  };
}

function readTrackingMethod(data: JsonObject): ArgoSettingsFact['trackingMethod'] {
  const method = textAt(data, 'application.resourceTrackingMethod');
  return method === 'label' || method === 'annotation+label' ? method : 'annotation';
}

function readSeconds(data: JsonObject, key: string): number | null {
  const text = textAt(data, key).trim();
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/**
 * Keys '<prefix>apps_Deployment', '<prefix>Service' for the core group, '<prefix>all' for everything
 * (settings.go:1157,1207); in the older form one YAML map by 'apps/Deployment', which a split key overrides.
 * A group or kind inside the value is ignored, as Argo CD does.
 */
function readSystemRules(data: JsonObject): readonly IgnoreRule[] {
  const rules = new Map<string, IgnoreRule>();
  const legacy = asObject(parseYaml(textAt(data, LEGACY_KEY))) ?? {};
  for (const [key, customization] of Object.entries(legacy)) {
    const value = pick(customization, 'ignoreDifferences');
    const coverage = asObject(typeof value === 'string' ? parseYaml(value) : value);
    const place = `argocd-cm ${LEGACY_KEY} ${key}`;
    if (coverage !== undefined) addRule(rules, key.split('/'), place, coverage);
  }
  for (const key of Object.keys(data)) {
    if (!key.startsWith(SPLIT_KEY)) continue;
    const suffix = key.slice(SPLIT_KEY.length);
    const coverage = asObject(parseYaml(textAt(data, key)));
    if (coverage !== undefined) {
      addRule(rules, suffix === 'all' ? ['*', '*'] : suffix.split('_'), `argocd-cm ${key}`, coverage);
    }
  }
  return [...rules.values()];
}

function addRule(rules: Map<string, IgnoreRule>, parts: readonly string[], place: string, coverage: Json): void {
  const [group, kind] = parts.length === 1 ? ['', parts[0]] : parts;
  if (parts.length > 2 || group === undefined || kind === undefined || kind === '') return;
  rules.set(`${group}/${kind}`, {
    place,
    level: 'system',
    group,
    kind,
    name: '',
    namespace: '',
    ...readCoverage(coverage),
  });
}

function parseYaml(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return parse(text) as Json;
  } catch {
    return undefined;
  }
}
