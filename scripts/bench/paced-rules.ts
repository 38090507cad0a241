/** A Prometheus rule file for a cluster whose time runs faster: every duration shorter, every rate smaller. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseDuration } from '../score/promql/duration.ts';

interface Rule {
  readonly expr: string | number;
  readonly for?: string;
  readonly [key: string]: unknown;
}

interface RuleFile {
  readonly groups: readonly { readonly interval?: string; readonly rules: readonly Rule[] }[];
}

/** Selectors with a range, inside of rate(): 'rate(argocd_app_sync_total{phase="Succeeded"}[10m])'. */
const RATE = /\brate\([^()]*\[[^\]]+\]\)/g;
const RANGE = /(?<=\[)\w+(?=\])/g;

/** As text that Prometheus reads, and how many rules there are. @throws Error with a sentence for what cannot be paced */
export function pacedRules(path: string, pace: number): { readonly text: string; readonly count: number } {
  const { groups } = parse(readFileSync(path, 'utf8')) as RuleFile;
  const shorter = (duration: string) => {
    const ms = parseDuration(duration);
    if (ms === null) throw new Error(`${path}: ${duration} is no duration`);
    return `${Math.round(ms / pace)}ms`;
  };
  const paced = groups.map(({ interval, rules, ...group }) => ({
    ...group,
    ...(interval === undefined ? {} : { interval: shorter(interval) }),
    rules: rules.map((rule) => {
      const expr = String(rule.expr);
      if (/\boffset\b|@|\[[^\]]*:/.test(expr)) throw new Error(`${path}: ${expr} cannot be run at another pace`);
      return {
        ...rule,
        expr: expr.replaceAll(RATE, (rate) => `(${rate} / ${pace})`).replaceAll(RANGE, shorter),
        ...(rule.for === undefined ? {} : { for: shorter(rule.for) }),
      };
    }),
  }));
  // JSON is YAML.
  return { text: JSON.stringify({ groups: paced }), count: paced.reduce((sum, { rules }) => sum + rules.length, 0) };
}
