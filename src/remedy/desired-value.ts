/** A field with a value as the fragment of a manifest that declares it. */
import type { Json, ObjectRef } from '../model/facts.ts';
import { isRedacted } from '../model/redacted.ts';
import { tokensOf } from '../rules/pointer.ts';
import { isInList } from './field-rule.ts';
import { toYaml } from './yaml.ts';

/** null inside a list, where a fragment with one item of it would read as the whole list, and for a value that is not known in clear. */
export function yamlOfValue(ref: ObjectRef, field: string, value: Json): string | null {
  const tokens = tokensOf(field);
  if (tokens === null || isInList(field) || isRedacted(value)) return null;
  const { apiVersion, kind, namespace, name } = ref;
  const nested = tokens.reduceRight<Json>((inner, token) => ({ [token]: inner }), value);
  const metadata = namespace === '' ? { name } : { name, namespace };
  const fragment: { readonly [key: string]: Json } = isMap(nested) ? nested : {};
  const { metadata: inMetadata, ...rest } = fragment;
  return toYaml({
    apiVersion,
    kind,
    metadata: isMap(inMetadata) ? { ...metadata, ...inMetadata } : metadata,
    ...rest,
  });
}

function isMap(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
