/**
 * The jq path expressions that ignore rules are made of: `.a.b`, `.a["b"]`, `.a[]`, `.a[0]`, `| select(.x == "y")`,
 * and `?`. A reading of its own, so that what the detector is held against does not share its code. Anything else does
 * not parse, which for Argo CD breaks the whole comparison (argo-cd util/argo/normalizers/diff_normalizer.go:162).
 */
import { getAt, isList, isObject, type JsonValue, type PathPart } from '../json.ts';

export type JqStep =
  | { readonly step: 'key'; readonly key: PathPart }
  | { readonly step: 'each' }
  | { readonly step: 'select'; readonly path: readonly JqStep[]; readonly value: JsonValue };

const FIELD = /^\.([A-Za-z_][A-Za-z0-9_]*)/;
const QUOTED = /^\.?\["([^"]*)"\]|^\."([^"]*)"/;
const INDEX = /^\.?\[(-?\d+)\]/;
const EACH = /^\.?\[\]/;
const SELECT = /^\s*\|\s*select\(\s*(\.[^=]*?)\s*==\s*("[^"]*"|-?\d+|true|false|null)\s*\)/;
const PIPE = /^\s*\|\s*(?=\.)/;

/** The steps of an expression, or undefined when it does not parse. */
export function parseJqPath(expression: string): readonly JqStep[] | undefined {
  const steps: JqStep[] = [];
  let rest = expression.trim();
  if (!rest.startsWith('.')) return undefined;
  while (rest !== '') {
    const select = SELECT.exec(rest);
    const next = select ?? EACH.exec(rest) ?? QUOTED.exec(rest) ?? INDEX.exec(rest) ?? FIELD.exec(rest);
    if (select !== null) {
      const path = parseJqPath(select[1] ?? '');
      if (path === undefined) return undefined;
      steps.push({ step: 'select', path, value: JSON.parse(select[2] ?? 'null') as JsonValue });
    } else if (EACH.test(rest)) steps.push({ step: 'each' });
    else if (QUOTED.test(rest)) steps.push({ step: 'key', key: next?.[1] ?? next?.[2] ?? '' });
    else if (INDEX.test(rest)) steps.push({ step: 'key', key: Number(next?.[1]) });
    else if (FIELD.test(rest)) steps.push({ step: 'key', key: next?.[1] ?? '' });
    const taken = next ?? PIPE.exec(rest);
    if (taken === null) return undefined;
    rest = rest.slice(taken[0].length);
    if (rest.startsWith('?')) rest = rest.slice(1);
  }
  return steps.length === 0 ? undefined : steps;
}

/** Where the steps lead in a value, as paths of keys and indexes that exist there. */
export function resolveJqPath(value: JsonValue, steps: readonly JqStep[]): PathPart[][] {
  let found: PathPart[][] = [[]];
  for (const step of steps) {
    const next: PathPart[][] = [];
    for (const path of found) {
      const here = getAt(value, ...path);
      if (step.step === 'key') {
        if (getAt(here, step.key) !== undefined) next.push([...path, step.key]);
      } else if (step.step === 'each') {
        if (isList(here)) next.push(...here.map((_, index) => [...path, index]));
        else if (isObject(here)) next.push(...Object.keys(here).map((key) => [...path, key]));
      } else if (resolveJqPath(here ?? null, step.path).some((inner) => getAt(here, ...inner) === step.value)) {
        next.push(path);
      }
    }
    found = next;
  }
  return found;
}
