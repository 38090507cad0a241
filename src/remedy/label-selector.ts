/**
 * Label selectors by equality and by presence, as kubectl's -l takes them (apimachinery pkg/labels/selector.go):
 * 'team=shop,tier!=db,canary,!legacy'. All parts must match. Sets (`in`, `notin`) are not taken.
 */
export interface LabelRequirement {
  readonly key: string;
  /** null: only whether the label is there counts. */
  readonly value: string | null;
  /** The label must differ, or be absent. */
  readonly negated: boolean;
}

export type Labels = Readonly<Record<string, string>>;

/** Prefix and name of a label key, and its value (kubernetes: validation.IsQualifiedName, IsValidLabelValue). */
const KEY = /^(?:[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$/;

/** null when it is no selector; an empty text has no requirement. */
export function parseSelector(text: string): readonly LabelRequirement[] | null {
  if (text.trim() === '') return [];
  const requirements = text.split(',').map(parseRequirement);
  return requirements.every((one) => one !== null) ? requirements : null;
}

function parseRequirement(text: string): LabelRequirement | null {
  const match = /^\s*(!?)\s*([^\s!=]+)\s*(?:(!=|==?)\s*([^\s!=]*)\s*)?$/.exec(text);
  if (match === null) return null;
  const [, not = '', key = '', operator, value = ''] = match;
  if (!KEY.test(key) || !VALUE.test(value) || (not !== '' && operator !== undefined)) return null;
  if (operator === undefined) return { key, value: null, negated: not !== '' };
  return { key, value, negated: operator === '!=' };
}

/** True when all requirements hold; also when there are none. */
export function matchesSelector(requirements: readonly LabelRequirement[], labels: Labels): boolean {
  return requirements.every(({ key, value, negated }) => {
    const present = Object.hasOwn(labels, key) && (value === null || labels[key] === value);
    return present !== negated;
  });
}
