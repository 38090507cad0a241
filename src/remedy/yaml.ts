/** What to commit, as YAML. */
import { stringify } from 'yaml';
import type { Json, ObjectRef } from '../model/facts.ts';
import type { ProtectionPlan } from './plan-protection.ts';

/** The part of an Application or ApplicationSet manifest that holds the two lists, complete as they shall be. */
export function yamlOfPlan(target: ObjectRef, plan: ProtectionPlan): string {
  const spec: { [key: string]: Json } = {};
  if (plan.rules.length > 0) spec['ignoreDifferences'] = plan.rules.map(inUsualOrder);
  if (plan.syncOptions.length > 0) spec['syncPolicy'] = { syncOptions: [...plan.syncOptions] };
  return yamlOf(target, target.kind === 'ApplicationSet' ? { template: { spec } } : spec);
}

const USUAL_ORDER = ['group', 'kind', 'name', 'namespace'];

/** A repaired rule has its new keys last: people look for the group first. */
function inUsualOrder(rule: Json): Json {
  if (rule === null || typeof rule !== 'object' || Array.isArray(rule)) return rule;
  const scope = USUAL_ORDER.filter((key) => Object.hasOwn(rule, key));
  const rest = Object.keys(rule).filter((key) => !USUAL_ORDER.includes(key));
  return Object.fromEntries([...scope, ...rest].map((key) => [key, rule[key] ?? null]));
}

/** A manifest fragment: enough to find the object, and what shall stand in its spec. */
export function yamlOf(target: ObjectRef, spec: { readonly [key: string]: Json }): string {
  const { apiVersion, kind, namespace, name } = target;
  const metadata = namespace === '' ? { name } : { name, namespace };
  return toYaml({ apiVersion, kind, metadata, spec });
}

/** Texts remembered; the one made longest ago goes first. */
const MOST = 1_000;
const texts = new Map<string, string>();

/**
 * YAML 1.1, as Kubernetes' tools read it: there a plain on, yes or 0777 is no text, so such texts are quoted. While a
 * fight goes on its remedy is made again and again with the same YAML in it, which is most of what it costs.
 */
export function toYaml(value: Json): string {
  const key = JSON.stringify(value);
  let text = texts.get(key);
  if (text === undefined) {
    text = stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
    if (texts.size >= MOST) texts.delete(texts.keys().next().value ?? '');
    texts.set(key, text);
  }
  return text;
}
