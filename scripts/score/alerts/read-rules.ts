/** Reads a Prometheus rule file (groups of alerting rules). */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Millis } from '../../../src/model/facts.ts';
import { parseDuration } from '../promql/duration.ts';
import { parseExpression } from '../promql/parse.ts';
import { type Expression, isScalar, PromqlError } from '../promql/syntax.ts';

export interface AlertRule {
  readonly alert: string;
  readonly expression: Expression;
  /** How long the expression must hold before the alert fires. */
  readonly holdFor: Millis;
  /** How often the rule's group is evaluated. */
  readonly interval: Millis;
}

/** A rule that is not evaluated, and the sentence that says why. */
export interface RefusedRule {
  readonly alert: string;
  readonly reason: string;
}

export interface RuleFile {
  readonly rules: readonly AlertRule[];
  readonly refused: readonly RefusedRule[];
}

const ruleSchema = z.looseObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.union([z.string(), z.number()]).transform(String),
  for: z.string().default('0'),
  keep_firing_for: z.string().optional(),
});
const fileSchema = z.looseObject({
  groups: z.array(z.looseObject({ interval: z.string().optional(), rules: z.array(ruleSchema) })),
});

/**
 * `interval` is taken for groups that do not name one, as Prometheus's evaluation_interval. One rule that cannot be
 * evaluated is refused for itself. @throws PromqlError when the file is missing or is no rule file.
 */
export function readRules(path: string, interval: Millis): RuleFile {
  const rules: AlertRule[] = [];
  const refused: RefusedRule[] = [];
  for (const group of readGroups(path)) {
    for (const rule of group.rules) {
      try {
        rules.push(understand(rule, group.interval === undefined ? interval : readDuration(group.interval)));
      } catch (error) {
        if (!(error instanceof PromqlError)) throw error;
        refused.push({ alert: rule.alert ?? rule.record ?? 'a rule without a name', reason: error.message });
      }
    }
  }
  return { rules, refused };
}

function readGroups(path: string): z.infer<typeof fileSchema>['groups'] {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new PromqlError(`there is no rule file at ${path}.`);
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new PromqlError(`${path} cannot be read as a rule file: ${reason}.`);
  }
  const file = fileSchema.safeParse(content);
  if (file.success) return file.data.groups;
  const [issue] = file.error.issues;
  throw new PromqlError(`${path} is no rule file: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}.`);
}

function understand(rule: z.infer<typeof ruleSchema>, interval: Millis): AlertRule {
  if (rule.alert === undefined) throw new PromqlError('only alerts are evaluated, recording rules are not.');
  if (rule.keep_firing_for !== undefined) throw new PromqlError('keep_firing_for is not evaluated: leave it out.');
  const expression = parseExpression(rule.expr);
  if (isScalar(expression)) throw new PromqlError('the expression is a number, but an alert needs a vector.');
  return { alert: rule.alert, expression, holdFor: readDuration(rule.for), interval };
}

function readDuration(text: string): Millis {
  const duration = parseDuration(text);
  if (duration === null) throw new PromqlError(`"${text}" is no duration: write it like 10m.`);
  return duration;
}
