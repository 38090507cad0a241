/** How a person sees that it is over. Tugwatch looks at the same. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { Remedy } from '../model/verdicts.ts';
import { commandOf, kubectl, readCommand } from './commands.ts';
import type { Situation } from './situation.ts';

/** Argo CD's default cap of the self-heal backoff (controller.self.heal.backoff.cap.seconds). */
const DEFAULT_CAP_SECONDS = 300;

/** Longest pause between two self-heals: silence shorter than this proves nothing. */
export function backoffCapSeconds(model: ClusterModel): number {
  for (const settings of model.argoSettings.values()) {
    if (settings.source === 'argocd-cmd-params-cm') return settings.selfHeal.backoffCapSeconds ?? DEFAULT_CAP_SECONDS;
  }
  return DEFAULT_CAP_SECONDS;
}

/** After a rule: it is in force once the comparison names it. */
export function verifyRule(situation: Situation): Remedy['verify'] {
  const { app, application, context } = situation;
  const seconds = backoffCapSeconds(context.model);
  const message = `The rule is in force once status.sync.comparedTo.ignoreDifferences lists it, and the fight is over when Argo CD does not write ${situation.label} for longer than ${seconds} s (its longest self-heal backoff); Tugwatch then says resolved, rule-added.`;
  if (app !== null) {
    return { message, command: readCommand(app.ref, '{.status.sync.comparedTo.ignoreDifferences}') };
  }
  const command =
    application === null
      ? commandOf('kubectl', 'get', 'applications.argoproj.io', '-A')
      : commandOf(
          'kubectl',
          'get',
          `applications.argoproj.io/${application.name}`,
          '-n',
          application.namespace,
          '-o',
          'jsonpath={.status.sync.comparedTo.ignoreDifferences}',
        );
  return { message, command };
}

/** After any other change: the value stays. */
export function verifyValue(situation: Situation): Remedy['verify'] {
  const seconds = backoffCapSeconds(situation.context.model);
  return {
    message: `${situation.label} keeps its value for longer than ${seconds} s (Argo CD's longest self-heal backoff); Tugwatch then says resolved.`,
    command: kubectl(['get'], situation.ref, '-o', 'yaml', '--show-managed-fields'),
  };
}
