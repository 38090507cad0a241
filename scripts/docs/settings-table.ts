/** The table of docs/configuration.md, made of the settings themselves. */
import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { type ConfigKey, environmentName, flagName, SETTINGS, TAKEN_AT_ONCE } from '../../src/config/settings.ts';

/** Around what is generated; everything else on the page is written by hand. */
export const BEGIN = '<!-- settings: written by `node scripts/configuration.ts` -->';
export const END = '<!-- settings end -->';

interface Shape {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly anyOf?: readonly Shape[];
}

/** Markdown, in the order in which the settings are declared. */
export function renderSettingsTable(): string {
  const { properties = {} } = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  const rows = (Object.keys(SETTINGS) as ConfigKey[]).map((key) => {
    const shape = (properties[key] ?? {}) as Shape;
    const names = [key, flagName(key), environmentName(key)].map(code);
    const effect = TAKEN_AT_ONCE.has(key) ? 'at once' : 'restart';
    return [...names, valuesOf(shape), defaultOf(shape), effect, purposeOf(key)];
  });
  const head = ['Setting', 'Flag', 'Environment variable', 'Values', 'Default', 'A change takes effect', 'Purpose'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');
}

/** The page with its table made anew. @throws Error when the marks are not on it */
export function withSettingsTable(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the page has no place for the table: put ${BEGIN} and ${END} on it`);
  return `${page.slice(0, begin + BEGIN.length)}\n${renderSettingsTable()}\n${page.slice(end)}`;
}

function valuesOf(shape: Shape): string {
  if (shape.enum !== undefined) return shape.enum.map(code).join(', ');
  if (shape.anyOf?.some(({ type }) => type === 'array')) return 'list';
  if (shape.type !== 'integer') return 'text';
  // Zod bounds every integer by what a double holds; that is no limit of ours.
  const upTo = shape.maximum === undefined || shape.maximum >= Number.MAX_SAFE_INTEGER ? '' : ` to ${shape.maximum}`;
  return upTo === '' ? `number, ${shape.minimum ?? 0} or more` : `number, ${shape.minimum ?? 0}${upTo}`;
}

function defaultOf({ default: value }: Shape): string {
  if (value === '' || value === undefined || (Array.isArray(value) && value.length === 0)) return 'empty';
  return code(String(value));
}

/** The defaults stand in a column of their own. */
function purposeOf(key: ConfigKey): string {
  return SETTINGS[key].replace(/ \(default [^)]*\)$/, '');
}

function code(text: string): string {
  return `\`${text}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
