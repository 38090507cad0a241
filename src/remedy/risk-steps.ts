/** Steps and remedies that only the audit needs: configurations that are wrong without anybody fighting yet. */
import type { ObjectRef } from '../model/facts.ts';
import { displayRef, groupOf } from '../model/refs.ts';
import type { JsonPatchOperation, Remedy, RemedyStep } from '../model/verdicts.ts';
import { nearMissOf } from '../rules/near-miss.ts';
import { commandOf, kubectl, patchCommands, readCommand } from './commands.ts';
import { sourcesOf } from './git-home.ts';
import { instructRemedy } from './instruct-remedy.ts';
import { applicationLabel, type Situation } from './situation.ts';
import { yamlOf } from './yaml.ts';

/** TW105: Git's number and the scaler's range contradict each other at any load. */
export function fitRange(situation: Situation): RemedyStep[] {
  const { workload, scalers, app } = situation;
  const declared = workload?.declared.value;
  const [scaler] = scalers;
  if (declared === undefined || declared === null || scaler === undefined) return [];
  const home = app === null ? 'Git' : sourcesOf(app);
  const nearest = Math.min(Math.max(declared, scaler.min), scaler.max);
  return [
    {
      id: 'fit-range',
      where: 'git',
      why: `As long as replicas stay in Git, declare a number that ${displayRef(scaler.ref)} allows (${scaler.min} to ${scaler.max}; now ${declared}) in ${home}: a new workload starts with it.`,
      target: null,
      patch: null,
      yaml: yamlOf(situation.ref, { replicas: nearest }),
      commands: [],
    },
  ];
}

/** TW107: Replace=true (and Force=true) where they stand: on the object itself, or in the Application's list. */
export function dropReplace(situation: Situation): RemedyStep[] {
  const { app, workload, ref } = situation;
  const harmful = ['Replace=true', 'Force=true'];
  const onObject = (workload?.syncOptions ?? []).filter((option) => harmful.includes(option));
  const onApp = (app?.syncOptions ?? []).filter((option) => harmful.includes(option));
  const home = app === null ? 'Git' : sourcesOf(app);
  const steps: RemedyStep[] = [];
  if (onObject.length > 0) {
    steps.push({
      id: 'drop-replace',
      where: 'git',
      why: `Take ${onObject.join(' and ')} out of the annotation argocd.argoproj.io/sync-options of ${displayRef(ref)} in ${home}: an apply changes what Git changes, a replace sets everything back.`,
      target: null,
      patch: null,
      yaml: null,
      commands: [readCommand(ref, '{.metadata.annotations.argocd\\.argoproj\\.io/sync-options}')],
    });
  }
  if (onApp.length > 0) {
    steps.push({
      id: 'drop-replace',
      where: 'git',
      why: `Take ${onApp.join(' and ')} out of spec.syncPolicy.syncOptions of ${applicationLabel(situation)}, or set it as an annotation on the one object that needs it: as it stands it reaches every object.`,
      target: null,
      patch: null,
      yaml: null,
      commands: app === null ? [] : [readCommand(app.ref, '{.spec.syncPolicy.syncOptions}')],
    });
  }
  return steps;
}

/** TW108: rules that merely hid something freeze it since RespectIgnoreDifferences=true. */
export function narrowRules(situation: Situation): Remedy {
  const { app } = situation;
  const label = applicationLabel(situation);
  return instructRemedy(situation, {
    summary: `Narrow the ignore rules of ${label} to what a controller really owns: with RespectIgnoreDifferences=true no sync changes anything they name.`,
    steps: [
      {
        id: 'narrow-rules',
        where: 'git',
        why: `For each rule beside the one for replicas: drop it if Git should decide, or give it the name of the object and the exact field; do it where ${label} is declared.`,
        target: null,
        patch: null,
        yaml: null,
        commands: app === null ? [] : [readCommand(app.ref, '{.spec.ignoreDifferences}')],
      },
    ],
    verify: {
      message: 'A change in Git of a field that is no longer named arrives in the cluster with the next sync.',
      command:
        app === null
          ? commandOf('kubectl', 'get', 'applications.argoproj.io', '-A')
          : readCommand(app.ref, '{.spec.ignoreDifferences}'),
    },
  });
}

/** TW110: two scalers on one workload. KEDA's own HPA counts as one with its ScaledObject. */
export function singleScaler(situation: Situation): Remedy {
  const { scalers, ref, context } = situation;
  const scaled = scalers.find((scaler) => scaler.fact === 'scaledobject');
  const made = (scaler: (typeof scalers)[number]): boolean => scaler.fact === 'hpa' && scaler.scaledObject !== null;
  const free = scalers.filter((scaler) => scaler.fact === 'hpa' && !made(scaler));
  const superfluous = scaled === undefined ? free.slice(1) : free;
  const kept = scaled ?? free[0];
  const steps = superfluous.map((scaler): RemedyStep => {
    const owner = context.model.applicationOf(scaler);
    const home = owner === undefined ? 'where it is declared (no Application is seen to manage it)' : sourcesOf(owner);
    return {
      id: 'remove-scaler',
      where: 'git',
      why: `Remove ${displayRef(scaler.ref)} from ${home}${kept === undefined ? '' : ` and let ${displayRef(kept.ref)} scale alone`}; deleted in the cluster only, it comes back with the next sync.`,
      target: null,
      patch: null,
      yaml: null,
      commands: [kubectl(['get'], scaler.ref, '-o', 'yaml')],
    };
  });
  const reason =
    scaled === undefined
      ? 'which one is meant, its metrics tell: swap them if you know better'
      : 'KEDA makes an HPA of its own, a second one only contradicts it';
  return instructRemedy(situation, {
    summary: `Leave one scaler on ${displayRef(ref)}${kept === undefined ? '' : `, ${displayRef(kept.ref)}`} (${reason}).`,
    steps,
  });
}

/** TW111: the target is misspelt, of another kind, or gone. `situation.ref` is the scaler itself. */
export function retarget(situation: Situation): Remedy {
  const { model } = situation.context;
  const scaler = [...model.hpas.values(), ...model.scaledObjects.values()].find(
    (one) => displayRef(one.ref) === displayRef(situation.ref),
  );
  const read = [kubectl(['get'], situation.ref, '-o', 'yaml')];
  const meant = scaler === undefined ? null : likelyTarget(situation, scaler.target.name, scaler.ref);
  if (scaler === undefined || meant === null) {
    return instructRemedy(situation, {
      summary: `${displayRef(situation.ref)} scales nothing: correct its scaleTargetRef, or remove it if what it scaled is gone for good.`,
      steps: [
        {
          id: 'fix-target',
          where: 'git',
          why: 'No workload of a similar name is in its namespace, so nothing tells which one was meant.',
          target: null,
          patch: null,
          yaml: null,
          commands: read,
        },
      ],
    });
  }
  const value = { apiVersion: meant.apiVersion, kind: meant.kind, name: meant.name };
  const patch: JsonPatchOperation[] = [
    { op: 'test', path: '/spec/scaleTargetRef/name', value: scaler.target.name },
    { op: 'replace', path: '/spec/scaleTargetRef', value },
  ];
  return instructRemedy(situation, {
    summary: `${displayRef(scaler.ref)} names a target that is not there; ${displayRef(meant)} is the nearest: point it there.`,
    steps: [
      {
        id: 'fix-target',
        where: 'live',
        why: `${displayRef(meant)} exists and ${scaler.target.kind} ${scaler.target.name} does not; commit the same where the scaler is declared.`,
        target: scaler.ref,
        patch,
        yaml: yamlOf(scaler.ref, { scaleTargetRef: value }),
        commands: patchCommands(scaler.ref, patch),
      },
    ],
  });
}

/** A workload of the namespace with the same name under another kind, or a name that differs by two letters. */
function likelyTarget(situation: Situation, name: string, { namespace, cluster }: ObjectRef): ObjectRef | null {
  const near = [...situation.context.model.workloads.values()]
    .filter((workload) => workload.ref.namespace === namespace && workload.ref.cluster === cluster)
    .filter((workload) => groupOf(workload.ref.apiVersion) !== '')
    .map((workload) => ({ ref: workload.ref, distance: nearMissOf(workload.ref.name, name) }))
    .filter((candidate) => candidate.distance <= 2)
    .sort((a, b) => a.distance - b.distance);
  const [first, second] = near;
  // Two that are equally near: a guess would be as often wrong as right.
  return first === undefined || first.distance === second?.distance ? null : first.ref;
}

/** A rule of argocd-cm: one key, every Application. Only the text in the ConfigMap says all, so it is edited, not patched. */
export function repairSettings(situation: Situation, message: string): Remedy {
  const { ref } = situation;
  return instructRemedy(situation, {
    summary: `Correct the rule in ${displayRef(ref)}: ${message}`,
    steps: [
      {
        id: 'repair-rule',
        where: 'live',
        why: 'The rules of argocd-cm reach every Application; correct the one that is named, and commit the same where the ConfigMap is declared.',
        target: ref,
        patch: null,
        yaml: null,
        commands: [commandOf('kubectl', 'edit', `configmap/${ref.name}`, '-n', ref.namespace)],
      },
    ],
    verify: {
      message:
        'Argo CD reads the ConfigMap at once; Applications that stood still compare again with their next refresh.',
      command: commandOf('kubectl', 'get', 'applications.argoproj.io', '-A'),
    },
  });
}
