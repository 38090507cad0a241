/** Label and field selectors (apimachinery pkg/labels, pkg/fields). Pure. */
import { badRequest } from '../api-error.ts';
import { getAt } from '../json.ts';
import type { KubeObject } from '../objects.ts';

export type Selector = (object: KubeObject) => boolean;

type Requirement = (labels: { readonly [key: string]: string }) => boolean;

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Throws 400 on anything else. */
export function parseLabelSelector(text: string): Selector {
  const requirements = splitOutsideBrackets(text).map(parseRequirement);
  return (object) => {
    const labels = object.metadata.labels ?? {};
    return requirements.every((requirement) => requirement(labels));
  };
}

function splitOutsideBrackets(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseRequirement(text: string): Requirement {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? '\u0000') === (operator === 'in');
  }
  const equality = /^([^!=\s]+)\s*(==|=|!=)\s*([^!=\s]*)$/.exec(text);
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const exists = /^(!?)([^!=\s(),]+)$/.exec(text);
  if (exists === null) throw badRequest(`unable to parse requirement: found '${text}', expected: in, notin, =, ==, !=`);
  const [, not, key = ''] = exists;
  return (labels) => (labels[key] === undefined) === (not === '!');
}

/** `metadata.name=web,involvedObject.kind!=Pod`: any field of the object by its path. */
export function parseFieldSelector(text: string): Selector {
  const terms = text
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const parts = /^([^!=]+)(==|=|!=)(.*)$/.exec(term);
      if (parts === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, path = '', operator, value = ''] = parts;
      return { path: path.split('.'), equal: operator !== '!=', value };
    });
  return (object) =>
    terms.every(({ path, equal, value }) => (String(getAt(object, ...path) ?? '') === value) === equal);
}

/** Both selectors of a request; undefined when it has none. */
export function selectorOf(query: URLSearchParams): Selector | undefined {
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  if (labels === '' && fields === '') return undefined;
  const byLabels = parseLabelSelector(labels);
  const byFields = parseFieldSelector(fields);
  return (object) => byLabels(object) && byFields(object);
}
