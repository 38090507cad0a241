/** A report in which every text that a cluster controls is one and the same name. */
import type { ReportInput } from '../../src/report/build-report.ts';
import * as given from './report-fixtures.ts';

/** Two conflicts, a notice, a risk and a watch. */
export function inputNaming(name: string): ReportInput {
  const workload = { apiVersion: name, kind: name, namespace: name, name };
  const application = { namespace: name, name };
  const itsRemedy = given.aRemedy({
    summary: name,
    owner: { kind: name, namespace: name, name },
    steps: [
      { id: name, where: 'live', why: name, target: workload, patch: null, yaml: name, commands: [name] },
      {
        id: name,
        where: 'git',
        why: name,
        target: null,
        patch: [{ op: 'add', path: name, value: name }],
        yaml: null,
        commands: [],
      },
    ],
    warnings: [{ id: name, message: name }],
    verify: { message: name, command: name },
  });
  const conflict = given.aConflict({
    id: name,
    workload,
    application,
    field: name,
    otherFields: [name],
    summary: name,
    contenders: [
      { kind: 'argocd', manager: name, name, values: [name] },
      { kind: 'human', manager: name, name: null, values: [{ [name]: name }] },
    ],
    evidence: [
      { at: given.T0, writer: name, from: name, to: name, source: name },
      { at: given.T0 + 1, writer: `hpa/${name}`, from: name, to: name, source: name },
    ],
    failingRules: [{ place: name, reason: 'name-mismatch', message: name }],
  });
  return {
    window: { from: given.T0 - 3_000, to: given.T0 + 255_000 },
    conflicts: [
      { conflict, remedy: itsRemedy },
      { conflict: { ...conflict, id: `${name}-over`, state: 'resolved', resolvedAt: given.T0 + 5 }, remedy: itsRemedy },
    ],
    notices: [given.aNotice({ message: name, workload, application })],
    risks: [given.aRisk({ workload, application, name, message: name, remedy: itsRemedy, suppressed: name })],
    health: { watches: [given.aWatch({ cluster: name, resource: name, message: name })], skippedLines: 1 },
  };
}
