/**
 * The audit as SARIF 2.1.0 (OASIS, errata 01), so that code scanning shows each risk at its line. Typed by the standard's
 * types: what it does not know does not compile.
 */
import type { Location, Log, Notification, ReportingDescriptor, Result } from 'sarif';
import type { Rule } from '../audit/rule.ts';
import type { Risk, Severity } from '../model/verdicts.ts';
import { type AuditView, rulePage, whenLabel } from './audit-view.ts';
import { escapeHidden } from './json.ts';
import { workloadLabel } from './words.ts';

export interface SarifOptions {
  /** Version of Tugwatch. */
  readonly version: string;
  readonly rules: readonly Rule[];
}

const LEVELS: { readonly [severity in Severity]: 'error' | 'warning' | 'note' } = {
  critical: 'error',
  warning: 'warning',
  info: 'note',
};

/** The log as JSON text, ending in a line feed. Silenced risks are in it, as suppressed in the source. */
export function renderSarif(audit: AuditView, options: SarifOptions): string {
  return `${escapeHidden(JSON.stringify(sarifLog(audit, options), null, 2))}\n`;
}

export function sarifLog(audit: AuditView, options: SarifOptions): Log {
  const index = new Map(options.rules.map((rule, at) => [rule.id, at]));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Tugwatch', semanticVersion: options.version, rules: options.rules.map(descriptorOf) },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          { executionSuccessful: true, toolExecutionNotifications: (audit.problems ?? []).map(notificationOf) },
        ],
        results: [...audit.risks, ...audit.suppressed].map((risk) => resultOf(risk, index.get(risk.rule))),
      },
    ],
  };
}

function descriptorOf(rule: Rule): ReportingDescriptor {
  const sources = rule.sources.map((source) => `- ${source}`).join('\n');
  return {
    id: rule.id,
    name: rule.name,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.why },
    help: {
      text: `${rule.summary} ${rule.why} See ${rulePage(rule.id)}.`,
      markdown: `**${rule.summary}**\n\n${rule.why}\n\nSources:\n${sources}\n\nSee \`${rulePage(rule.id)}\`.`,
    },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: { tags: ['kubernetes', 'argo-cd', 'autoscaling'] },
  };
}

function resultOf(risk: Risk, ruleIndex: number | undefined): Result {
  const workload = workloadLabel(risk.workload);
  const application = risk.application === null ? null : `${risk.application.namespace}/${risk.application.name}`;
  return {
    ruleId: risk.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: LEVELS[risk.severity],
    message: { text: `${workload}: ${risk.message} Remedy: ${risk.remedy.summary}` },
    locations: [locationOf(risk, workload)],
    // Survives a move to another line: the same risk of the same workload is the same alert.
    partialFingerprints: { 'tugwatch/v1': [risk.rule, workload, application ?? '', risk.field].join('|') },
    ...(risk.suppressed === null ? {} : { suppressions: [{ kind: 'inSource', justification: risk.suppressed }] }),
    properties: {
      workload,
      application,
      bites: whenLabel(risk.when),
      ...(risk.certainty === undefined ? {} : { certainty: risk.certainty }),
    },
  };
}

function locationOf(risk: Risk, workload: string): Location {
  const logical = { logicalLocations: [{ fullyQualifiedName: workload, kind: 'resource' }] };
  if (risk.location === undefined || risk.location.file === 'standard input') return logical;
  return {
    ...logical,
    physicalLocation: {
      artifactLocation: { uri: uriOf(risk.location.file) },
      region: { startLine: risk.location.line },
    },
  };
}

function notificationOf(problem: NonNullable<AuditView['problems']>[number]): Notification {
  return {
    level: 'warning',
    message: { text: `Not valid, and skipped: ${problem.message}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(problem.file) }, region: { startLine: problem.line } },
      },
    ],
  };
}

/** A path as a URI reference (RFC 3986): forward slashes, and whatever else a name may hold escaped. */
function uriOf(file: string): string {
  const segments = file.replaceAll('\\', '/').split('/').map(encodeURIComponent);
  return segments.join('/').replace(/^(?:\.\/)+/, '');
}
