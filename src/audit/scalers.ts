/** What scales a workload, each cause counted once. */
import type { Scaler } from '../model/cluster-model.ts';
import type { ObjectRef } from '../model/facts.ts';
import { displayRef } from '../model/refs.ts';

/** One cause of scaling: an HPA of its own, or a ScaledObject together with the HPA that KEDA made for it. */
export interface ScalingCause {
  readonly kind: 'HorizontalPodAutoscaler' | 'ScaledObject';
  readonly ref: ObjectRef;
  /** The least it would set; 0 only for KEDA, which scales to zero by itself. */
  readonly min: number;
  readonly max: number;
  /** Annotations tugwatch.dev/ignore of the objects behind this cause. */
  readonly ignores: readonly string[];
}

/**
 * Folds an HPA that KEDA made into its ScaledObject: two objects, one cause. Where the ScaledObject itself is not in
 * sight (its kind is not watched), the HPA stands for it under the ScaledObject's name.
 */
export function scalingCauses(scalers: readonly Scaler[]): ScalingCause[] {
  const causes = new Map<string, ScalingCause>();
  for (const scaler of scalers) {
    if (scaler.fact !== 'scaledobject') continue;
    causes.set(`ScaledObject/${scaler.ref.name}`, {
      kind: 'ScaledObject',
      ref: scaler.ref,
      min: scaler.idle === null ? scaler.min : Math.min(scaler.min, scaler.idle),
      max: scaler.max,
      ignores: ignoresOf(scaler),
    });
  }
  const hpaNames = new Map<string, string>();
  for (const scaler of scalers) {
    if (scaler.fact === 'scaledobject' && scaler.hpaName !== null) hpaNames.set(scaler.hpaName, scaler.ref.name);
  }
  for (const scaler of scalers) {
    if (scaler.fact !== 'hpa') continue;
    const maker = scaler.scaledObject ?? hpaNames.get(scaler.ref.name) ?? null;
    const id = maker === null ? `HorizontalPodAutoscaler/${scaler.ref.name}` : `ScaledObject/${maker}`;
    const known = causes.get(id);
    causes.set(
      id,
      known === undefined
        ? {
            kind: 'HorizontalPodAutoscaler',
            ref: scaler.ref,
            min: scaler.min,
            max: scaler.max,
            ignores: ignoresOf(scaler),
          }
        : { ...known, ignores: [...known.ignores, ...ignoresOf(scaler)] },
    );
  }
  return [...causes.keys()].sort().map((id) => causes.get(id) as ScalingCause);
}

/** 'HorizontalPodAutoscaler shop/web (2 to 10)', several joined with 'and'. */
export function describeCauses(causes: readonly ScalingCause[]): string {
  return causes.map((cause) => `${displayRef(cause.ref)} (${cause.min} to ${cause.max})`).join(' and ');
}

function ignoresOf(scaler: Scaler): string[] {
  return scaler.ignore === null ? [] : [scaler.ignore];
}
