/** What is wrong with a value, in words that say what to write instead. Never the value itself: it may be a secret. */
import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map of settings',
  record: 'a map of names and values',
};

/** For zod, wherever the schema has no words of its own. */
export function complaintOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return ofType(issue.expected, issue.input);
    case 'invalid_value':
      return `use ${choice(issue.values.map(String))}`;
    case 'unrecognized_keys':
      return `${choice(issue.keys)} is no setting here`;
    case 'too_small':
      return issue.origin === 'string' ? 'it is too short' : `use ${issue.minimum} or more`;
    case 'too_big':
      return issue.origin === 'string' ? 'it is too long' : `use ${issue.maximum} or less`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'the name cannot be used here';
    default:
      return 'it is not understood';
  }
}

function ofType(expected: string, input: unknown): string {
  if (input === undefined) return 'it is missing';
  const wanted = KINDS[expected] ?? expected;
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean'))
    return `use ${wanted}: put quotes around it`;
  return `use ${wanted}`;
}

/** 'auto, json or text'. */
function choice(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
