/**
 * Whose write was it. The new version's managedFields say which manager owns the field now; after a change of value
 * that is the one who changed it (apimachinery managedfields: an Update that changes a value takes it from all other
 * owners). What kind of contender that manager is follows from what it is known to do here, not from a list of names
 * alone: an HPA controller is called k3s on k3s.
 */
import type { ClusterModel, Scaler } from '../model/cluster-model.ts';
import type { FieldOwner, HpaFact, Json, ObjectRef, Tracking } from '../model/facts.ts';
import type { Writer } from '../model/verdicts.ts';

/** Argo CD's managers: both apply modes, and Replace=true in the official image (argo-cd common/common.go:128). */
const ARGOCD_MANAGERS = new Set(['argocd-controller', 'argocd-application-controller', 'argocd']);
/** Tools in a person's hand. argocd-server writes what someone clicked; browsers come through dashboards. */
const HUMAN_MANAGER =
  /^(kubectl|oc$|oc-|k9s|argocd-server|Mozilla|openlens|lens|headlamp|kubernetes-dashboard|dashboard$|rancher$)/i;
const ROLLOUTS_MANAGER = /rollouts?-controller|^argo-rollouts/i;
const KEDA_MANAGER = /^keda(-operator)?/i;

/** The write to be explained. */
export interface WriteToExplain {
  readonly ref: ObjectRef;
  readonly field: string;
  readonly to: Json;
  readonly tracking: Tracking;
  /** Owners of the field in the new version. */
  readonly owners: readonly FieldOwner[];
  /** Name of the Application whose tracking mark the new version carries; null when it has none. */
  readonly application: string | null;
}

/** Names the writer of one write. Never fails: what nobody signed is 'unknown'. */
export function identifyWriter(write: WriteToExplain, model: ClusterModel): Writer {
  const owner = newestOwner(write.owners);
  if (owner === undefined) return identifyUnsigned(write, model);
  const source = `managedFields ${owner.manager}${owner.subresource === '' ? '' : `/${owner.subresource}`}`;
  const base = { manager: owner.manager, source };
  if (isArgoManager(owner, write, model)) return { kind: 'argocd', name: write.application, ...base };
  if (KEDA_MANAGER.test(owner.manager)) {
    return { kind: 'keda', name: scaledObjectOf(model.scalersOf(write.ref)), ...base };
  }
  if (HUMAN_MANAGER.test(owner.manager)) return { kind: 'human', name: null, ...base };
  if (owner.subresource === 'scale') {
    const hpa = hpaThatWrote(owner, write, model.scalersOf(write.ref));
    if (hpa !== undefined) {
      return hpa.scaledObject === null
        ? { kind: 'hpa', name: hpa.ref.name, ...base }
        : { kind: 'keda', name: hpa.scaledObject, ...base };
    }
    // Of all controllers in it only the HPA's writes /scale; the HPA itself is not to be seen.
    if (owner.manager === 'kube-controller-manager') return { kind: 'hpa', name: null, ...base };
  }
  if (ROLLOUTS_MANAGER.test(owner.manager)) return { kind: 'rollouts', name: null, ...base };
  return { kind: 'controller', name: null, ...base };
}

/**
 * True when the entry is Argo CD's: by its known names, or because it wrote the mark of this very object, which is
 * Argo CD's own mark. Charts set the instance label themselves, and what installs them is no Argo CD by it.
 */
function isArgoManager(owner: FieldOwner, write: WriteToExplain, model: ClusterModel): boolean {
  if (owner.subresource !== '') return false;
  if (ARGOCD_MANAGERS.has(owner.manager)) return true;
  if (!write.tracking.managers.includes(owner.manager) || HUMAN_MANAGER.test(owner.manager)) return false;
  return write.tracking.annotation !== null || model.applicationOf(write) !== undefined;
}

/**
 * A scale to zero through /scale leaves no owner: Scale.spec.replicas is `omitempty`, so the zero is not in the object
 * whose fields the server records (k8s.io/api/autoscaling/v1 ScaleSpec; seen in the recording keda-zero).
 */
function identifyUnsigned(write: WriteToExplain, model: ClusterModel): Writer {
  const source = `no owner of ${write.field} in managedFields`;
  if (write.field !== '/spec/replicas' || write.to !== 0) return { kind: 'unknown', manager: null, name: null, source };
  const scalers = model.scalersOf(write.ref);
  const scaledObject = scaledObjectOf(scalers);
  const through = 'a scale to 0 through /scale leaves no owner in managedFields';
  if (scaledObject !== null) return { kind: 'keda', manager: null, name: scaledObject, source: through };
  const hpa = scalers.find((scaler): scaler is HpaFact => scaler.fact === 'hpa' && scaler.min === 0);
  if (hpa !== undefined) return { kind: 'hpa', manager: null, name: hpa.ref.name, source: through };
  return { kind: 'unknown', manager: null, name: null, source: through };
}

/**
 * The HPA behind a /scale entry: one that targets the workload and whose controller, by the name it signs its status
 * with, is the writer. Of several, the one that wants this value.
 */
function hpaThatWrote(owner: FieldOwner, write: WriteToExplain, scalers: readonly Scaler[]): HpaFact | undefined {
  const signed = scalers.filter(
    (scaler): scaler is HpaFact =>
      scaler.fact === 'hpa' && (scaler.statusManagers.length === 0 || scaler.statusManagers.includes(owner.manager)),
  );
  return signed.find((hpa) => hpa.desired === write.to) ?? signed[0];
}

/** The ScaledObject itself, or where it is not to be seen, the one that the HPA names as its owner. */
function scaledObjectOf(scalers: readonly Scaler[]): string | null {
  const scaledObject = scalers.find((scaler) => scaler.fact === 'scaledobject');
  if (scaledObject !== undefined) return scaledObject.ref.name;
  for (const scaler of scalers) if (scaler.fact === 'hpa' && scaler.scaledObject !== null) return scaler.scaledObject;
  return null;
}

/** The entry that took the field last; entries without a time are /scale writes, which always follow a change. */
function newestOwner(owners: readonly FieldOwner[]): FieldOwner | undefined {
  let newest: FieldOwner | undefined;
  for (const owner of owners) {
    if (newest === undefined || owner.time === null || (newest.time !== null && owner.time > newest.time))
      newest = owner;
  }
  return newest;
}
